#!/bin/sh
# The first process of a node of the test cluster, in network, mount, pid, uts and ipc namespaces of
# its own: makes the node's view of the file system, then runs containerd, the kubelet and kube-proxy
# and starts them again if they end, as a machine's init would.
#
# From the environment: NODE, its name; NODE_DIRECTORY, what it may write to; LOG_DIRECTORY;
# CGROUPS, words of TYPE:OPTIONS:DIRECTORY; BIN and CNI_BIN, directories of programs; CONTAINERD_CONFIG;
# JOIN_MARK, the file to wait for; KUBELET_FLAGS and PROXY_FLAGS.
set -eu
cd /
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# A directory of the machine as it is, where whatever is changed is changed for this node alone.
layer() {
  layers=$NODE_DIRECTORY/layers$1
  mkdir -p "$layers/upper" "$layers/work"
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$layers/upper,workdir=$layers/work" "$1"
}

# A directory that is empty at first, on the machine's own file system: overlays can't be stacked at will.
own() {
  mkdir -p "$NODE_DIRECTORY/own$1" "$1"
  mount --bind "$NODE_DIRECTORY/own$1" "$1"
}

# What the kubelet wants of the kernel, and would otherwise write: these are the machine's.
pretend() {
  mkdir -p "$NODE_DIRECTORY/sysctl"
  file=$NODE_DIRECTORY/sysctl/$(echo "$1" | tr / .)
  echo "$2" >"$file"
  mount --bind "$file" "/proc/sys/$1"
}

mount_cgroups() {
  [ "${CGROUPS#cgroup2:}" != "$CGROUPS" ] || mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
  for hierarchy in $CGROUPS; do
    type=${hierarchy%%:*}
    directory=${hierarchy##*:}
    options=${hierarchy#*:}
    options=${options%:*}
    mkdir -p "$directory"
    mount -t "$type" ${options:+-o "$options"} "$type" "$directory"
  done
}

mount_file_system() {
  layer /etc
  layer /opt
  layer /var/lib
  own /var/lib/containerd
  own /var/lib/kubelet
  own /var/log
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/netns /run/lock
  mount --bind /run/netns /run/netns
  mount_cgroups
  pretend vm/overcommit_memory 1
  pretend vm/panic_on_oom 0
  pretend kernel/panic 10
  pretend kernel/panic_on_oops 1
  pretend kernel/keys/root_maxkeys 1000000
  pretend kernel/keys/root_maxbytes 25000000
  # Volumes that the kubelet mounts are to be seen by containers that run already.
  mount --make-rshared /
}

# Starts it again whenever it ends.
supervise() {
  name=$1
  shift
  while :; do
    "$@" >>"$LOG_DIRECTORY/$name.log" 2>&1 || :
    echo "$name ended" >&2
    sleep 1
  done
}

wait_for() {
  until [ -e "$1" ]; do sleep 0.05; done
}

mount_file_system
hostname "$NODE"
tr -d - </proc/sys/kernel/random/uuid >/etc/machine-id
mkdir -p /opt/cni/bin /etc/cni/net.d
cp -u "$CNI_BIN"/* /opt/cni/bin/

supervise containerd containerd --config "$CONTAINERD_CONFIG" &
wait_for /run/containerd/containerd.sock
wait_for "$JOIN_MARK"
# The flags are words without spaces in them.
supervise kubelet "$BIN/kubelet" $KUBELET_FLAGS &
supervise kube-proxy "$BIN/kube-proxy" $PROXY_FLAGS &
# Orphans of the node are this process's to bury, which wait does.
wait
