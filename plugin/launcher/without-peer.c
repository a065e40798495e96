/*
 * What the launcher says by itself: CNI's error document, the versions, and each command's answer
 * while there is no peer. The queue of DELs is in queue.c.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cni.h"
#include "io.h"
#include "version-scan.h"

/* The same list as ANNOUNCED_VERSIONS in plugin/versions.ts; a test compares them. */
static const char SUPPORTED_VERSIONS[] =
    "[\"0.1.0\",\"0.2.0\",\"0.3.0\",\"0.3.1\",\"0.4.0\",\"1.0.0\"]";

/* More than any message of ours; a text that is longer (it quotes a path) is cut. */
#define TEXT_BYTES_MAX 1024

/* `text` as the inside of a JSON string, in ASCII: other bytes need not be UTF-8. */
static void quote(char quoted[TEXT_BYTES_MAX], const char *text) {
  size_t at = 0;
  for (; *text && at < TEXT_BYTES_MAX - 3; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') quoted[at++] = '\\';
    quoted[at++] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
  }
  quoted[at] = '\0';
}

static int print(const char *text) {
  grant_last_words();
  return write_all(STDOUT_FILENO, text, strlen(text));
}

int print_error(const struct request *request, int code, const char *message, const char *details) {
  char version[VERSION_BYTES], quoted_message[TEXT_BYTES_MAX], quoted_details[TEXT_BYTES_MAX];
  char document[2 * TEXT_BYTES_MAX + 200];
  scan_cni_version(request->config, request->config_length, version);
  quote(quoted_message, message);
  quote(quoted_details, details ? details : "");
  snprintf(document, sizeof document,
           "{\"cniVersion\":\"%s\",\"code\":%d,\"msg\":\"%s\",\"details\":\"%s\"}\n", version, code,
           quoted_message, quoted_details);
  print(document);
  return 1;
}

static int print_versions(const struct request *request) {
  char version[VERSION_BYTES], document[sizeof SUPPORTED_VERSIONS + VERSION_BYTES + 60];
  scan_cni_version(request->config, request->config_length, version);
  snprintf(document, sizeof document, "{\"cniVersion\":\"%s\",\"supportedVersions\":%s}\n", version,
           SUPPORTED_VERSIONS);
  return print(document) < 0;
}

int print_about(void) {
  fprintf(stderr,
          "weft: the CNI plugin of the Weft overlay network. A container runtime calls it, with its\n"
          "command in CNI_COMMAND; it hands that to the peer on this node.\n"
          "CNI versions: %s; protocol to the peer: %d\n",
          SUPPORTED_VERSIONS, 1);
  return 0;
}

static int is_set(const char *variable) {
  const char *value = getenv(variable);
  return value && *value;
}

static int delete_later(const struct request *request, const char *reason) {
  if (!is_set("CNI_CONTAINERID") || !is_set("CNI_IFNAME"))
    return print_error(request, CNI_INVALID_ENVIRONMENT,
                       "DEL needs CNI_CONTAINERID and CNI_IFNAME: set both", reason);
  grant_last_words();
  if (queue_delete(request) == 0) return 0;
  char message[TEXT_BYTES_MAX];
  snprintf(message, sizeof message, "the DEL could not be queued for the peer (%s): try again later",
           strerror(errno));
  return print_error(request, CNI_TRY_AGAIN_LATER, message, reason);
}

int answer_without_peer(const struct request *request, const char *command, const char *reason) {
  if (strcmp(command, "VERSION") == 0) return print_versions(request);
  if (strcmp(command, "DEL") == 0) return delete_later(request, reason);
  if (strcmp(command, "STATUS") == 0)
    return print_error(request, CNI_NOT_AVAILABLE, "weft can't serve ADD: its peer does not answer",
                       reason);
  if (strcmp(command, "ADD") == 0 || strcmp(command, "CHECK") == 0 || strcmp(command, "GC") == 0)
    return print_error(request, CNI_TRY_AGAIN_LATER,
                       "weft's peer on this node does not answer: try again later", reason);
  return print_error(request, CNI_INVALID_ENVIRONMENT,
                     "CNI_COMMAND is none of ADD, DEL, CHECK, GC, STATUS, VERSION", command);
}
