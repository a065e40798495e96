/* Carries rtnetlink requests of the peer to the kernel, and its replies back. */
#ifndef WEFT_NETLINK_H
#define WEFT_NETLINK_H

#include <stddef.h>
#include <sys/types.h>

/* A NETLINK_ROUTE socket in the namespace that the calling thread is in now; -1 with errno. */
int open_netlink(void);

/*
 * Sends each request of the batch in its turn and waits until the kernel is done with it. All
 * replies are put one behind the other at `replies`; returns their length. -1 with errno when a
 * request is not one of those we carry (EPERM: nothing is sent), is cut short (EBADMSG), asks for no
 * acknowledgement (EINVAL), or when the replies don't fit (EMSGSIZE).
 */
ssize_t exchange_netlink(int fd, const unsigned char *batch, size_t length, unsigned char *replies,
                         size_t capacity);

#endif
