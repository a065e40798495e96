/*
 * The peer's hands: what the launcher, which the runtime starts as root on the host, does for the
 * peer in the pod's network namespace and in its own.
 */
#ifndef WEFT_HANDS_H
#define WEFT_HANDS_H

#include <stddef.h>
#include <sys/types.h>

#include "protocol.h"

struct hands {
  enum namespace_state state;
  int error;        /* errno while state is NAMESPACE_FAILED */
  int namespace_fd; /* the pod's namespace; the peer writes this number into IFLA_NET_NS_FD */
  int own_fd;       /* the launcher's namespace, to come back to */
  int netlink[2];   /* by enum side; -1 where there is none */
};

/* Opens a netlink socket here and, unless `path` is NULL, in the namespace at `path`. */
void open_hands(struct hands *hands, const char *path);

/* Sets each "path=value\0" in the pod's namespace and puts an errno a setting (u32) at `errors`. */
ssize_t write_sysctls(const struct hands *hands, const unsigned char *settings, size_t length,
                      unsigned char *errors, size_t capacity);

#endif
