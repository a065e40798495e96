/*
 * Finds cniVersion in a network configuration without a JSON parser: walks over the text, knows
 * strings from the rest and counts brackets, so that a key of the same name deeper down, or the word
 * inside a string, is passed over. On text that is no JSON it finds something or nothing; either is
 * safe to print.
 */
#include "version-scan.h"

#include <string.h>

static const char KEY[] = "cniVersion";
static const char DEFAULT_VERSION[] = "1.0.0";

/* The position behind the string that begins (with its quote) at `at`. */
static size_t skip_string(const char *text, size_t length, size_t at) {
  for (at++; at < length && text[at] != '"'; at++)
    if (text[at] == '\\') at++;
  return at < length ? at + 1 : length;
}

static size_t skip_space(const char *text, size_t length, size_t at) {
  while (at < length && strchr(" \t\r\n", text[at]) && text[at]) at++;
  return at;
}

static int is_version(const char *text, size_t length) {
  static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+";
  if (length == 0 || length >= VERSION_BYTES) return 0;
  for (size_t i = 0; i < length; i++)
    if (!text[i] || !strchr(allowed, text[i])) return 0;
  return 1;
}

/* If the string [at, end) is our key and a version follows, copies that and returns 1. */
static int take_version(const char *text, size_t length, size_t at, char version[VERSION_BYTES]) {
  size_t end = skip_string(text, length, at);
  if (end - at != sizeof KEY + 1 || memcmp(text + at + 1, KEY, sizeof KEY - 1) != 0) return 0;
  size_t colon = skip_space(text, length, end);
  if (colon >= length || text[colon] != ':') return 0;
  size_t value = skip_space(text, length, colon + 1);
  if (value >= length || text[value] != '"') return 0;
  size_t value_length = skip_string(text, length, value) - value - 1;
  if (value_length == 0 || !is_version(text + value + 1, value_length - 1)) return 0;
  memcpy(version, text + value + 1, value_length - 1);
  version[value_length - 1] = '\0';
  return 1;
}

void scan_cni_version(const char *text, size_t length, char version[VERSION_BYTES]) {
  int depth = 0;
  memcpy(version, DEFAULT_VERSION, sizeof DEFAULT_VERSION);
  for (size_t at = 0; at < length;) {
    char c = text[at];
    if (c == '"') {
      if (depth == 1 && take_version(text, length, at, version)) return;
      at = skip_string(text, length, at);
      continue;
    }
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') depth--;
    at++;
  }
}
