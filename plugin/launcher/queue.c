/*
 * The queue of DELs that came while there was no peer: one file a DEL, holding the payload of the
 * HELLO that the peer would have got (peer/cni/queue.ts reads it). Survives a reboot.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cni.h"
#include "io.h"

static const char DEFAULT_DIRECTORY[] = "/var/lib/cni/weft";
static const char PREFIX[] = "del-";

/* Several times the pods of the largest node; a runtime that repeats a DEL for ever stops here. */
#define QUEUE_FILES_MAX 4096

static int make_directory(const char *path) {
  char part[PATH_MAX];
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof part) return errno = ENAMETOOLONG, -1;
  for (size_t i = 1; i <= length; i++) {
    if (path[i] != '/' && path[i] != '\0') continue;
    memcpy(part, path, i);
    part[i] = '\0';
    if (mkdir(part, 0700) < 0 && errno != EEXIST) return -1;
  }
  return 0;
}

/* 0 if one more file may be written, -1 with errno. */
static int check_room(const char *path) {
  DIR *directory = opendir(path);
  if (!directory) return -1;
  int files = 0;
  for (struct dirent *entry; (entry = readdir(directory));)
    if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0) files++;
  closedir(directory);
  return files < QUEUE_FILES_MAX ? 0 : (errno = ENOSPC, -1);
}

static int write_durably(int directory, const char *name, const struct request *request) {
  int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return -1;
  int failed = write_all(fd, request->hello, request->hello_length) < 0 || fsync(fd) < 0;
  int reason = errno;
  close(fd);
  errno = reason;
  return failed ? -1 : 0;
}

/* Under another name first, so that the peer never finds half a file. */
static int publish(int directory, const struct request *request) {
  char unfinished[64], name[64];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  /* By time, so that the peer takes them in the order they came; by pid, as two may come at once. */
  snprintf(name, sizeof name, "%s%010lld%09ld-%d", PREFIX, (long long)now.tv_sec, now.tv_nsec, getpid());
  snprintf(unfinished, sizeof unfinished, "unfinished-%d", getpid());
  if (write_durably(directory, unfinished, request) == 0 &&
      renameat(directory, unfinished, directory, name) == 0)
    return fsync(directory);
  int reason = errno;
  unlinkat(directory, unfinished, 0);
  errno = reason;
  return -1;
}

int queue_delete(const struct request *request) {
  const char *path = getenv("WEFT_CNI_QUEUE");
  if (!path || !*path) path = DEFAULT_DIRECTORY;
  if (make_directory(path) < 0 || check_room(path) < 0) return -1;
  int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  int result = publish(directory, request);
  int reason = errno;
  close(directory);
  errno = reason;
  return result;
}
