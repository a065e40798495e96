/*
 * The peer's hands: entering the pod's namespace for a socket and for a closed list of sysctls, and
 * always coming back. Carries no knowledge of what the peer makes with them.
 */
#define _GNU_SOURCE
#include "hands.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "netlink.h"

/* IFNAMSIZ of linux/if.h, its final NUL included. */
#define INTERFACE_NAME_BYTES 16

/* The longest of the values below is "-2147483648". */
#define SYSCTL_VALUE_BYTES_MAX 11

static const char *const IPV4_LEAVES[] = {"rp_filter", "arp_notify", "arp_announce", "arp_ignore", NULL};
static const char *const IPV6_LEAVES[] = {"accept_ra",     "accept_dad",    "disable_ipv6",
                                          "addr_gen_mode", "dad_transmits", NULL};

static int is_same_namespace(int a, int b) {
  struct stat first, second;
  if (fstat(a, &first) < 0 || fstat(b, &second) < 0) return 0;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/* A launcher that can't come back would do the host's work in the pod: it stops instead. */
static void come_back(const struct hands *hands) {
  if (setns(hands->own_fd, CLONE_NEWNET) < 0) _exit(1);
}

static void fail(struct hands *hands) {
  hands->error = errno;
  hands->state = NAMESPACE_FAILED;
}

static void open_pod_side(struct hands *hands, const char *path) {
  /* Non-blocking: CNI_NETNS may name anything, a FIFO too. */
  hands->namespace_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (hands->namespace_fd < 0) return fail(hands);
  if (is_same_namespace(hands->namespace_fd, hands->own_fd)) {
    hands->state = NAMESPACE_OWN;
    return;
  }
  if (setns(hands->namespace_fd, CLONE_NEWNET) < 0) return fail(hands);
  hands->netlink[SIDE_POD] = open_netlink();
  if (hands->netlink[SIDE_POD] < 0)
    fail(hands);
  else
    hands->state = NAMESPACE_OPEN;
  come_back(hands);
}

void open_hands(struct hands *hands, const char *path) {
  *hands = (struct hands){.state = NAMESPACE_NONE, .namespace_fd = -1, .netlink = {-1, -1}};
  hands->own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (hands->own_fd < 0) return fail(hands);
  hands->netlink[SIDE_HOST] = open_netlink();
  if (hands->netlink[SIDE_HOST] < 0) return fail(hands);
  if (path) open_pod_side(hands, path);
}

static int is_listed(const char *leaf, const char *const *leaves) {
  for (; *leaves; leaves++)
    if (strcmp(leaf, *leaves) == 0) return 1;
  return 0;
}

/* net/ipv4/conf/INTERFACE/LEAF or net/ipv6/conf/INTERFACE/LEAF, and no way out of there. */
static int is_allowed_path(const char *path) {
  static const char v4[] = "net/ipv4/conf/", v6[] = "net/ipv6/conf/";
  int is_v4 = strncmp(path, v4, sizeof v4 - 1) == 0;
  if (!is_v4 && strncmp(path, v6, sizeof v6 - 1) != 0) return 0;
  const char *name = path + sizeof v4 - 1;
  const char *slash = strchr(name, '/');
  if (!slash || slash == name || slash - name >= INTERFACE_NAME_BYTES) return 0;
  if (name[0] == '.' && (slash == name + 1 || (name[1] == '.' && slash == name + 2))) return 0;
  return is_listed(slash + 1, is_v4 ? IPV4_LEAVES : IPV6_LEAVES);
}

static int is_allowed_value(const char *value) {
  size_t length = strlen(value);
  return length > 0 && length <= SYSCTL_VALUE_BYTES_MAX && strspn(value, "-0123456789") == length;
}

/* In the pod's namespace: /proc/sys/net shows the namespace of who looks. 0 or an errno. */
static int write_setting(const char *path, const char *value) {
  char full[sizeof "/proc/sys/net/ipv6/conf//addr_gen_mode" + INTERFACE_NAME_BYTES] = "/proc/sys/";
  if (strlen(path) >= sizeof full - strlen(full)) return EPERM;
  strcat(full, path);
  int fd = open(full, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return errno;
  int error = write(fd, value, strlen(value)) < 0 ? errno : 0;
  close(fd);
  return error;
}

/* `setting` is "path=value" and is cut in two here. */
static int set_one(const struct hands *hands, char *setting) {
  char *equals = strchr(setting, '=');
  if (!equals) return EBADMSG;
  *equals = '\0';
  if (!is_allowed_path(setting) || !is_allowed_value(equals + 1)) return EPERM;
  if (setns(hands->namespace_fd, CLONE_NEWNET) < 0) return errno;
  int error = write_setting(setting, equals + 1);
  come_back(hands);
  return error;
}

ssize_t write_sysctls(const struct hands *hands, const unsigned char *settings, size_t length,
                      unsigned char *errors, size_t capacity) {
  size_t done = 0;
  if (hands->state != NAMESPACE_OPEN) return errno = EBADF, -1;
  if (length == 0 || settings[length - 1] != '\0') return errno = EBADMSG, -1;
  for (size_t at = 0; at < length; at += strlen((const char *)settings + at) + 1) {
    char *setting = strdup((const char *)settings + at);
    if (!setting || capacity - done < 4) return free(setting), errno = EMSGSIZE, -1;
    put_u32(errors + done, (uint32_t)set_one(hands, setting));
    done += 4;
    free(setting);
  }
  return (ssize_t)done;
}
