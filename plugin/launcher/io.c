/* Reading and writing whole pieces before a deadline. Knows frames, not what is in them. */
#define _GNU_SOURCE
#include "io.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int64_t deadline_ms;

int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void grant_last_words(void) {
  deadline_ms = monotonic_ms() + LAST_WORDS_MS;
}

int wait_ready(int fd, short events) {
  for (;;) {
    int64_t left = deadline_ms - monotonic_ms();
    if (left <= 0) {
      errno = ETIMEDOUT;
      return -1;
    }
    struct pollfd one = {.fd = fd, .events = events};
    int ready = poll(&one, 1, (int)left);
    if (ready > 0) return 0;
    if (ready < 0 && errno != EINTR) return -1;
  }
}

/* One read that waits: bytes read, 0 at the end, -1 with errno. */
static ssize_t read_some(int fd, void *bytes, size_t length) {
  for (;;) {
    if (wait_ready(fd, POLLIN) < 0) return -1;
    ssize_t got = read(fd, bytes, length);
    if (got >= 0 || (errno != EINTR && errno != EAGAIN)) return got;
  }
}

int read_exactly(int fd, void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t got = read_some(fd, (char *)bytes + done, length - done);
    if (got < 0) return -1;
    if (got == 0) {
      errno = ECONNRESET;
      return -1;
    }
    done += (size_t)got;
  }
  return 0;
}

int write_all(int fd, const void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    if (wait_ready(fd, POLLOUT) < 0) return -1;
    ssize_t sent = write(fd, (const char *)bytes + done, length - done);
    if (sent >= 0)
      done += (size_t)sent;
    else if (errno != EINTR && errno != EAGAIN)
      return -1;
  }
  return 0;
}

ssize_t read_to_end(int fd, void *bytes, size_t capacity) {
  size_t done = 0;
  for (;;) {
    char beyond;
    int full = done == capacity;
    ssize_t got = full ? read_some(fd, &beyond, 1) : read_some(fd, (char *)bytes + done, capacity - done);
    if (got < 0) return -1;
    if (got == 0) return (ssize_t)done;
    if (full) {
      errno = EFBIG;
      return -1;
    }
    done += (size_t)got;
  }
}

uint32_t get_u32(const unsigned char *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

void put_u32(unsigned char *bytes, uint32_t value) {
  bytes[0] = (unsigned char)(value >> 24);
  bytes[1] = (unsigned char)(value >> 16);
  bytes[2] = (unsigned char)(value >> 8);
  bytes[3] = (unsigned char)value;
}

ssize_t receive_frame(int fd, unsigned char *bytes, size_t capacity) {
  unsigned char head[4];
  if (read_exactly(fd, head, sizeof head) < 0) return -1;
  uint32_t length = get_u32(head);
  if (length == 0 || length > capacity) {
    errno = EPROTO;
    return -1;
  }
  return read_exactly(fd, bytes, length) < 0 ? -1 : (ssize_t)length;
}

int send_frame(int fd, unsigned char type, const unsigned char *payload, size_t length) {
  unsigned char head[5];
  put_u32(head, (uint32_t)length + 1);
  head[4] = type;
  if (write_all(fd, head, sizeof head) < 0) return -1;
  return write_all(fd, payload, length);
}
