#!/bin/bash
# Shows that a bare Debian 12 is enough: git, its own nodejs (18) and npm, and nothing else. Makes
# such a system in a directory, clones the committed HEAD of this repository into it, and runs
# `npm run lab -- --once`, `npm test` and `npm run test:kubernetes` there, with nothing else typed.
#
# Takes half an hour and some 12 GB, as Kubernetes is built, so it is no part of npm test.
#   Usage (as root): test/bare/bare-debian.sh [DIRECTORY [COMMAND...]]
# With COMMANDs, these are run in place of the three.
# Without DIRECTORY a temporary one is made and removed. A DIRECTORY that is given is kept, and one
# that holds such a system already is used again without anything that an earlier run installed in the clone.
# Needs: debootstrap, unshare, git.
#
# How the machine reaches its registries is carried in: apt's sources and settings, certificates,
# resolv.conf, npm's registry and cafile, and proxies from the environment. No credentials are.
set -euo pipefail

repository=$(cd "$(dirname "$0")/../.." && pwd)
packages='git nodejs npm ca-certificates'
minimal_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { echo "bare-debian: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

check_machine() {
  [ "$(id -u)" = 0 ] || fail "makes a system of its own to chroot into, which takes root"
  for command in debootstrap unshare git; do
    command -v "$command" >/dev/null || fail "$command is missing, please install it"
  done
}

# The first mirror of Debian 12 that this machine's apt uses; debootstrap reads no sources.list.
mirror() {
  local found
  found=$(sed -n 's/^URIs: *\([^ ]*\).*/\1/p; s/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\).*/\2/p' \
    /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null | grep -v security | head -n 1)
  echo "${found:-http://deb.debian.org/debian}"
}

make_base() {
  local root=$1
  if [ -e "$root/etc/debian_version" ]; then
    say "using the system in $root"
    return
  fi
  say "making Debian 12 in $root"
  mkdir -p "$root"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" "$(mirror)" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; fail "debootstrap failed; its log is $root.log"; }
}

# By apt, inside: debootstrap itself can't order what npm depends on.
install_packages() {
  local root=$1
  [ ! -x "$root/usr/bin/npm" ] || return 0
  say "installing $packages"
  run_inside "$root" "apt-get -qq update && apt-get -qq -y --no-install-recommends install $packages" >>"$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; fail "apt-get failed; its log is $root.log"; }
}

carry_settings() {
  local root=$1
  rm -rf "$root/etc/apt/sources.list.d" "$root/etc/apt/sources.list" "$root/etc/apt/apt.conf.d"
  cp -a /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/"
  # Keys that sources name by path, and the certificates that the registries are known by.
  mkdir -p "$root/usr/share/keyrings" "$root/usr/local/share/ca-certificates" "$root/etc/ssl/certs"
  cp -a /usr/share/keyrings/. "$root/usr/share/keyrings/"
  # Both: a later update of the bundle, which installing packages may set off, is made from the former.
  cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
  cp -L --remove-destination /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  write_npm_settings >"$root/root/.npmrc"
}

write_npm_settings() {
  local key value
  for key in registry cafile; do
    value=$(cd / && npm config get "$key" 2>/dev/null || true)
    case $value in '' | null | undefined) ;; *) echo "$key=$value" ;; esac
  done
}

clone() {
  local root=$1
  rm -rf "$root/srv/weft"
  # --no-hardlinks: what the run writes must not reach the repository that it came from.
  git clone --quiet --no-hardlinks "$repository" "$root/srv/weft"
  git -C "$root/srv/weft" remote remove origin
  say "commit $(git -C "$root/srv/weft" rev-parse --short HEAD), Node $(chroot "$root" node --version), npm $(chroot "$root" npm --version 2>/dev/null)"
}

# Names of variables that tell programs how to reach the network.
network_variables() {
  local name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE npm_config_registry npm_config_cafile GOPROXY GOSUMDB PIP_INDEX_URL; do
    [ -z "${!name:-}" ] || echo "$name=${!name}"
  done
}

# Runs a command line inside the system, in mount and pid namespaces of its own: whatever happens, its
# mounts and processes go with it. Its root becomes the root of the mount namespace: who enters that
# namespace, as nodes of the test cluster are entered, would leave a mere chroot.
run_inside() {
  local root=$1 line=$2
  local -a variables
  mapfile -t variables < <(network_variables)
  unshare --mount --pid --fork --kill-child --propagation private bash -ec '
    root=$1 line=$2
    shift 2
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sys "$root/sys"
    mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
    mount -t tmpfs run "$root/run"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmp "$root/tmp"
    cd "$root"
    pivot_root . mnt
    umount --lazy /mnt
    exec env -i PATH="'"$minimal_path"'" HOME=/root LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@" sh -ec "$line"
  ' bash "$root" "$line" "${variables[@]}"
}

measure() {
  local started=$SECONDS
  say "running: $2"
  run_inside "$1" "cd /srv/weft && $2" || fail "\"$2\" failed with exit code $?"
  say "\"$2\" succeeded after $((SECONDS - started)) s"
}

check_machine
if [ $# -gt 0 ]; then
  system=$1
  shift
else
  temporary=$(mktemp -d "${TMPDIR:-/var/tmp}/weft-bare-XXXXXX")
  trap 'rm -rf --one-file-system "$temporary"' EXIT
  system=$temporary/debian
fi
make_base "$system"
system=$(cd "$system" && pwd)
carry_settings "$system"
install_packages "$system"
clone "$system"
[ $# -gt 0 ] || set -- 'npm run lab -- --once' 'npm test' 'npm run test:kubernetes'
for command; do measure "$system" "$command"; done
