/*
 * What launcher and peer say to each other: the numbers of peer/cni/hands-protocol.ts, which
 * documents them. A number that is here never changes its meaning; new ones get a new version.
 */
#ifndef WEFT_PROTOCOL_H
#define WEFT_PROTOCOL_H

#define PROTOCOL_VERSION 1

/* Frames: u32 length of what follows, u8 type, payload. Integers are big-endian. */
enum frame_type {
  FRAME_HELLO = 1,         /* launcher: environment, standard input, facts of the namespace */
  FRAME_NETLINK = 16,      /* peer: side, requests */
  FRAME_SYSCTL = 17,       /* peer: settings of the pod */
  FRAME_ANSWER = 18,       /* peer: exit code, standard output */
  FRAME_NETLINK_REPLY = 32, /* launcher: errno, replies */
  FRAME_SYSCTL_REPLY = 33  /* launcher: errno of each setting */
};

enum side { SIDE_HOST = 0, SIDE_POD = 1 };

enum namespace_state {
  NAMESPACE_NONE = 0,   /* not asked for: no CNI_NETNS, or a command that does without */
  NAMESPACE_OPEN = 1,   /* hands are on both sides */
  NAMESPACE_FAILED = 2, /* could not be opened or entered: see errno */
  NAMESPACE_OWN = 3     /* it is the namespace that the launcher itself runs in */
};

/* The same bound as the peer's; holds the largest HELLO and the largest batch of replies. */
#define FRAME_BYTES_MAX (2u << 20)

/* A network configuration is a few hundred bytes; a GC's list of attachments some tens of thousands. */
#define STDIN_BYTES_MAX (1u << 20)

/* execve(2) allows more, but no runtime's CNI_* variables come near. */
#define ENVIRONMENT_BYTES_MAX (64u << 10)

/* Below the 60 s and more that runtimes wait for a plugin, far above what a busy peer takes. */
#define OVERALL_TIMEOUT_MS 30000

/* A peer that is there accepts at once; this is how long a full backlog may hold us up. */
#define CONNECT_TIMEOUT_S 5

#endif
