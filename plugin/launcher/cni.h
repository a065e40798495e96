/* The little of CNI that the launcher must know by itself: what to say when there is no peer. */
#ifndef WEFT_CNI_H
#define WEFT_CNI_H

#include <stddef.h>

/* Error codes of the CNI specification 1.1, section "Error". */
enum cni_code {
  CNI_INVALID_ENVIRONMENT = 4,
  CNI_IO_FAILURE = 5,
  CNI_DECODING_FAILURE = 6,
  CNI_TRY_AGAIN_LATER = 11,
  CNI_NOT_AVAILABLE = 50
};

/* The environment and the configuration as they go to the peer, and into the queue. */
struct request {
  const unsigned char *hello; /* payload of HELLO */
  size_t hello_length;
  const char *config; /* standard input */
  size_t config_length;
};

/* Prints a CNI error on standard output; returns the exit code. `details` may be NULL. */
int print_error(const struct request *request, int code, const char *message, const char *details);

/* Prints versions on standard error, for a person who calls the launcher by hand. */
int print_about(void);

/*
 * Does what can be done without the peer: VERSION is answered, a DEL is queued, and the rest is
 * refused with the code that says when to try again. `reason` says why there is none. Returns the
 * exit code.
 */
int answer_without_peer(const struct request *request, const char *command, const char *reason);

/* Writes the request where the peer finds it when it starts: 0, or -1 with errno. */
int queue_delete(const struct request *request);

#endif
