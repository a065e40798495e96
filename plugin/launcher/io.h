/* Reading and writing whole pieces before a deadline, however the kernel cuts them up. */
#ifndef WEFT_IO_H
#define WEFT_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* To print an error or queue a DEL after the deadline; a reader that blocks longer is not there. */
#define LAST_WORDS_MS 5000

/* Milliseconds of the monotonic clock at which the launcher gives up. */
extern int64_t deadline_ms;

int64_t monotonic_ms(void);

/* Gives what is still to be said LAST_WORDS_MS from now, also when the deadline is over. */
void grant_last_words(void);

/* Waits until fd is ready for `events`: 0, or -1 with errno (ETIMEDOUT at the deadline). */
int wait_ready(int fd, short events);

/* Reads exactly `length` bytes: 0, or -1 with errno (ECONNRESET if it ends early). */
int read_exactly(int fd, void *bytes, size_t length);

/* Writes all of it: 0, or -1 with errno. */
int write_all(int fd, const void *bytes, size_t length);

/* Reads until the end of file, at most `capacity` bytes; -1 with errno, EFBIG if there is more. */
ssize_t read_to_end(int fd, void *bytes, size_t capacity);

uint32_t get_u32(const unsigned char *bytes);
void put_u32(unsigned char *bytes, uint32_t value);

/*
 * One frame. `receive_frame` puts type and payload at `bytes` (type first) and returns their
 * length, -1 with errno otherwise. `send_frame` returns 0, or -1 with errno.
 */
ssize_t receive_frame(int fd, unsigned char *bytes, size_t capacity);
int send_frame(int fd, unsigned char type, const unsigned char *payload, size_t length);

#endif
