#!/bin/sh
# Builds the launcher for this machine (or whatever CC builds for) into build/weft: static, so that
# it needs nothing of the host it is copied to. Takes the place of an older one in one step.
set -eu
cd "$(dirname "$0")/../.."
mkdir -p build
made="build/weft.$$"
trap 'rm -f "$made"' EXIT
"${CC:-cc}" -std=c17 -Os -static -s -ffunction-sections -fdata-sections -Wl,--gc-sections \
  -Wall -Wextra -Werror -o "$made" plugin/launcher/*.c
mv "$made" build/weft
