/* Finds cniVersion in a network configuration without a JSON parser. */
#ifndef WEFT_VERSION_SCAN_H
#define WEFT_VERSION_SCAN_H

#include <stddef.h>

/* Longer than any version there is; what does not fit is no version. */
#define VERSION_BYTES 32

/*
 * Copies the value of the top-level key "cniVersion" to `version`. 1.0.0 if the text has none, or
 * one that isn't made of letters, digits, dots, dashes and pluses.
 */
void scan_cni_version(const char *text, size_t length, char version[VERSION_BYTES]);

#endif
