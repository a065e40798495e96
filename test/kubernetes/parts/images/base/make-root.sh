#!/bin/sh
# Makes the root of the Debian 12 that images are built on, as an archive.
#   Usage (as root): make-root.sh ARCHIVE
# Needs: debootstrap. How this machine reaches its mirrors is carried in (the mirror, apt's settings
# of the network, certificates), since `apt-get` runs inside when images are built. No credentials are.
set -eu
archive=$1
root=$(mktemp -d "${TMPDIR:-/var/tmp}/weft-base-XXXXXX")
trap 'rm -rf --one-file-system "$root"' EXIT
# A shell that a signal ends does not run its EXIT trap.
trap 'exit 1' INT TERM HUP

# The first mirror that this machine's apt uses, if it is Debian's; debootstrap reads no sources.
mirror() {
  found=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\).*/\2/p' |
    grep '/debian/*$' | head -n 1)
  echo "${found:-http://deb.debian.org/debian}"
}

# Settings that say how to reach a mirror, such as a proxy.
carry_network_settings() {
  for settings in $(grep -ls '^ *Acquire' /etc/apt/apt.conf /etc/apt/apt.conf.d/*); do
    cp "$settings" "$root/etc/apt/apt.conf.d/"
  done
  cp -rL /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  cp -L --remove-destination /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
}

debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$(mirror)"
carry_network_settings
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/* "$root"/usr/share/man/*
tar --create --one-file-system --numeric-owner --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' \
  --file "$archive" --directory "$root" .
