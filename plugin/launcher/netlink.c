/*
 * Carries rtnetlink requests of the peer to the kernel, and its replies back. What they say is the
 * peer's business, but for their type: links, addresses, routes and neighbours, nothing else.
 */
#define _GNU_SOURCE
#include "netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

/* The kernel never puts more than this into one datagram of a dump (netlink_dump, 32 KiB). */
#define DATAGRAM_BYTES_MAX (64u << 10)

int open_netlink(void) {
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -1;
  struct sockaddr_nl self = {.nl_family = AF_NETLINK};
  if (bind(fd, (struct sockaddr *)&self, sizeof self) < 0) {
    int reason = errno;
    close(fd);
    errno = reason;
    return -1;
  }
  /* Refusals come with the kernel's own words, without a copy of the request; dumps are filtered. A
   * kernel that knows none of these serves us all the same. */
  int on = 1;
  setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof on);
  return fd;
}

static int is_get(uint16_t type) {
  return type == RTM_GETLINK || type == RTM_GETADDR || type == RTM_GETROUTE || type == RTM_GETNEIGH;
}

static int is_carried(uint16_t type) {
  switch (type) {
    case RTM_NEWLINK: case RTM_DELLINK: case RTM_SETLINK:
    case RTM_NEWADDR: case RTM_DELADDR:
    case RTM_NEWROUTE: case RTM_DELROUTE:
    case RTM_NEWNEIGH: case RTM_DELNEIGH:
      return 1;
    default:
      return is_get(type);
  }
}

/* 0 if the request may be sent, an errno otherwise. One that nothing ends would hold us up. */
static int check_request(const struct nlmsghdr *head, size_t left) {
  if (head->nlmsg_len < sizeof *head || head->nlmsg_len > left) return EBADMSG;
  if (!is_carried(head->nlmsg_type)) return EPERM;
  int is_dump = is_get(head->nlmsg_type) && (head->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
  int is_answered = is_dump || (head->nlmsg_flags & NLM_F_ACK);
  return is_answered && (head->nlmsg_flags & NLM_F_REQUEST) ? 0 : EINVAL;
}

/* The header at `bytes`, which need not be aligned. */
static struct nlmsghdr head_at(const unsigned char *bytes) {
  struct nlmsghdr head;
  memcpy(&head, bytes, sizeof head);
  return head;
}

static int check_batch(const unsigned char *batch, size_t length) {
  for (size_t at = 0; at < length;) {
    if (length - at < sizeof(struct nlmsghdr)) return EBADMSG;
    struct nlmsghdr head = head_at(batch + at);
    int wrong = check_request(&head, length - at);
    if (wrong) return wrong;
    at += NLMSG_ALIGN(head.nlmsg_len);
  }
  return 0;
}

/* Whether one of the replies ends the request with this sequence number. */
static int is_ended(const unsigned char *replies, size_t length, uint32_t sequence) {
  for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
    struct nlmsghdr head = head_at(replies + at);
    int ends = head.nlmsg_type == NLMSG_ERROR || head.nlmsg_type == NLMSG_DONE;
    if (ends && head.nlmsg_seq == sequence) return 1;
    if (head.nlmsg_len < sizeof head) return 0;
    at += NLMSG_ALIGN(head.nlmsg_len);
  }
  return 0;
}

static ssize_t send_request(int fd, const unsigned char *request, size_t length) {
  struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
  ssize_t sent;
  do {
    sent = sendto(fd, request, length, 0, (struct sockaddr *)&kernel, sizeof kernel);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

static ssize_t receive_datagram(int fd, unsigned char *bytes, size_t capacity) {
  if (capacity < DATAGRAM_BYTES_MAX) {
    errno = EMSGSIZE;
    return -1;
  }
  for (;;) {
    if (wait_ready(fd, POLLIN) < 0) return -1;
    ssize_t got = recv(fd, bytes, capacity, MSG_TRUNC | MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got > (ssize_t)capacity) errno = EMSGSIZE;
    return got > (ssize_t)capacity ? -1 : got;
  }
}

/* Length of the replies to one request, -1 with errno. */
static ssize_t exchange_one(int fd, const unsigned char *request, unsigned char *replies, size_t capacity) {
  struct nlmsghdr head = head_at(request);
  if (send_request(fd, request, head.nlmsg_len) < 0) return -1;
  for (size_t done = 0;;) {
    ssize_t got = receive_datagram(fd, replies + done, capacity - done);
    if (got < 0) return -1;
    int ended = is_ended(replies + done, (size_t)got, head.nlmsg_seq);
    done += (size_t)got;
    if (ended) return (ssize_t)done;
  }
}

ssize_t exchange_netlink(int fd, const unsigned char *batch, size_t length, unsigned char *replies,
                         size_t capacity) {
  int wrong = check_batch(batch, length);
  if (wrong) {
    errno = wrong;
    return -1;
  }
  size_t done = 0;
  for (size_t at = 0; at < length; at += NLMSG_ALIGN(head_at(batch + at).nlmsg_len)) {
    ssize_t got = exchange_one(fd, batch + at, replies + done, capacity - done);
    if (got < 0) return -1;
    done += (size_t)got;
  }
  return (ssize_t)done;
}
