/*
 * weft, the CNI plugin that lies in /opt/cni/bin: hands CNI's environment and standard input to the
 * peer on this node over a unix socket, does what the peer asks for in the two namespaces, prints
 * the peer's answer and exits with its code. Holds no CNI logic but for what must work without a
 * peer (without-peer.c).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "cni.h"
#include "hands.h"
#include "io.h"
#include "netlink.h"
#include "protocol.h"

extern char **environ;

static const char DEFAULT_SOCKET[] = "/run/weft/cni.sock";

/* u32 version, u32 namespace state, u32 its errno, u32 its fd, u32 length of the environment. */
#define HELLO_HEAD_BYTES 20

static unsigned char hello[HELLO_HEAD_BYTES + ENVIRONMENT_BYTES_MAX + STDIN_BYTES_MAX];
static unsigned char frame[FRAME_BYTES_MAX];
static unsigned char reply[FRAME_BYTES_MAX];

/* Puts every CNI_ variable, "NAME=value\0", behind the head: their length, or -1. */
static ssize_t put_environment(void) {
  size_t length = 0;
  for (char **variable = environ; *variable; variable++) {
    size_t bytes = strlen(*variable) + 1;
    if (strncmp(*variable, "CNI_", 4) != 0) continue;
    if (length + bytes > ENVIRONMENT_BYTES_MAX) return -1;
    memcpy(hello + HELLO_HEAD_BYTES + length, *variable, bytes);
    length += bytes;
  }
  return (ssize_t)length;
}

static void put_head(const struct hands *hands, uint32_t environment_length) {
  put_u32(hello, PROTOCOL_VERSION);
  put_u32(hello + 4, (uint32_t)hands->state);
  put_u32(hello + 8, (uint32_t)hands->error);
  put_u32(hello + 12, hands->namespace_fd < 0 ? 0 : (uint32_t)hands->namespace_fd);
  put_u32(hello + 16, environment_length);
}

/* A connected socket, or -1 with errno. */
static int connect_to_peer(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) return errno = ENAMETOOLONG, -1;
  strcpy(address.sun_path, path);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  struct timeval patience = {.tv_sec = CONNECT_TIMEOUT_S};
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  int result;
  do {
    result = connect(fd, (struct sockaddr *)&address, sizeof address);
  } while (result < 0 && errno == EINTR);
  if (result == 0) return fd;
  int reason = errno;
  close(fd);
  errno = reason;
  return -1;
}

/* Only these two have something to do, or to see, in the pod. A DEL must do without. */
static const char *namespace_path(const char *command) {
  if (strcmp(command, "ADD") != 0 && strcmp(command, "CHECK") != 0) return NULL;
  const char *path = getenv("CNI_NETNS");
  return path && *path ? path : NULL;
}

/* Replies of the kernel behind an errno (u32); with an errno, there are none. */
static int carry_netlink(int fd, const struct hands *hands, const unsigned char *payload, size_t length) {
  ssize_t got = -1;
  errno = EBADMSG;
  if (length >= 1 && payload[0] <= SIDE_POD) {
    int side = hands->netlink[payload[0]];
    errno = EBADF;
    if (side >= 0) got = exchange_netlink(side, payload + 1, length - 1, reply + 4, sizeof reply - 5);
  }
  put_u32(reply, got < 0 ? (uint32_t)errno : 0);
  return send_frame(fd, FRAME_NETLINK_REPLY, reply, 4 + (got < 0 ? 0 : (size_t)got));
}

static int carry_sysctls(int fd, const struct hands *hands, const unsigned char *payload, size_t length) {
  ssize_t got = write_sysctls(hands, payload, length, reply + 4, sizeof reply - 5);
  put_u32(reply, got < 0 ? (uint32_t)errno : 0);
  return send_frame(fd, FRAME_SYSCTL_REPLY, reply, 4 + (got < 0 ? 0 : (size_t)got));
}

/* Does what the peer asks until it answers: the exit code, or -1 with errno if it breaks off. */
static int serve_peer(int fd, const struct hands *hands) {
  for (;;) {
    ssize_t length = receive_frame(fd, frame, sizeof frame);
    if (length < 0) return -1;
    const unsigned char *payload = frame + 1;
    size_t payload_length = (size_t)length - 1;
    if (frame[0] == FRAME_NETLINK) {
      if (carry_netlink(fd, hands, payload, payload_length) < 0) return -1;
    } else if (frame[0] == FRAME_SYSCTL) {
      if (carry_sysctls(fd, hands, payload, payload_length) < 0) return -1;
    } else if (frame[0] == FRAME_ANSWER && payload_length >= 1) {
      int written = write_all(STDOUT_FILENO, payload + 1, payload_length - 1);
      return written < 0 ? 1 : payload[0];
    } else {
      return errno = EPROTO, -1;
    }
  }
}

static int ask_peer(const struct request *request, const char *command) {
  const char *path = getenv("WEFT_CNI_SOCKET");
  if (!path || !*path) path = DEFAULT_SOCKET;
  char reason[256];
  struct hands hands;
  int fd = connect_to_peer(path);
  if (fd >= 0) {
    open_hands(&hands, namespace_path(command));
    put_head(&hands, get_u32(hello + 16));
    if (send_frame(fd, FRAME_HELLO, request->hello, request->hello_length) == 0) {
      int code = serve_peer(fd, &hands);
      if (code >= 0) return code;
    }
    snprintf(reason, sizeof reason, "the peer at %.150s broke off: %s", path, strerror(errno));
  } else {
    snprintf(reason, sizeof reason, "no peer at %.150s: %s", path, strerror(errno));
  }
  return answer_without_peer(request, command, reason);
}

int main(void) {
  const char *command = getenv("CNI_COMMAND");
  if (!command || !*command) return print_about();
  signal(SIGPIPE, SIG_IGN);
  deadline_ms = monotonic_ms() + OVERALL_TIMEOUT_MS;

  struct request request = {.hello = hello, .config = "", .config_length = 0};
  struct hands none = {.state = NAMESPACE_NONE, .namespace_fd = -1};
  ssize_t environment = put_environment();
  if (environment < 0)
    return print_error(&request, CNI_INVALID_ENVIRONMENT,
                       "the CNI_ variables are longer than 64 KiB: shorten CNI_ARGS or CNI_PATH", NULL);
  unsigned char *config = hello + HELLO_HEAD_BYTES + environment;
  ssize_t length = read_to_end(STDIN_FILENO, config, STDIN_BYTES_MAX);
  if (length < 0 && errno == EFBIG)
    return print_error(&request, CNI_DECODING_FAILURE,
                       "the network configuration is longer than 1 MiB: shorten it", NULL);
  if (length < 0)
    return print_error(&request, CNI_IO_FAILURE,
                       "the network configuration could not be read from standard input", strerror(errno));
  put_head(&none, (uint32_t)environment);
  request.hello_length = HELLO_HEAD_BYTES + (size_t)environment + (size_t)length;
  request.config = (const char *)config;
  request.config_length = (size_t)length;
  return ask_peer(&request, command);
}
