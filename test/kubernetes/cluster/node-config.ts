/** The configuration files of a node's containerd, kubelet and kube-proxy. Pure: text out of a plan. */
import { AUTHORITY } from './certificates.ts';
import { kubeletKubeconfig, PROXY_KUBECONFIG } from './credentials.ts';
import {
  CLUSTER_DOMAIN,
  DNS_SERVICE_ADDRESS,
  type NodePlan,
  type ProxyMode,
  type WorldPlan,
} from './plan.ts';

/** Inside the node. */
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** Files that the machine and the node see at the same path. */
export interface NodeFiles {
  readonly containerdConfig: string;
  readonly kubeletConfig: string;
  readonly resolvConf: string;
  /** Manifests in here are pods of the kubelet's own, with or without an API server. */
  readonly staticPods: string;
  /** The kubelet and kube-proxy start once this is there. */
  readonly joinMark: string;
}

export function nodeFiles({ directory }: NodePlan): NodeFiles {
  return {
    containerdConfig: `${directory}/containerd.toml`,
    kubeletConfig: `${directory}/kubelet.yaml`,
    resolvConf: `${directory}/resolv.conf`,
    staticPods: `${directory}/static-pods`,
    joinMark: `${directory}/join`,
  };
}

/** https://github.com/containerd/containerd/blob/v1.6.20/docs/cri/config.md */
export function renderContainerdConfig(pauseImage: string): string {
  return `version = 2
root = "/var/lib/containerd"
state = "/run/containerd"

[grpc]
address = "${CONTAINERD_SOCKET}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${pauseImage}"
disable_apparmor = true
restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "/opt/cni/bin"
conf_dir = "/etc/cni/net.d"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
SystemdCgroup = false
`;
}

/** JSON is YAML. https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function renderKubeletConfig(node: NodePlan): string {
  const { resolvConf, staticPods } = nodeFiles(node);
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: AUTHORITY },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${node.cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [DNS_SERVICE_ADDRESS],
    clusterDomain: CLUSTER_DOMAIN,
    resolvConf,
    staticPodPath: staticPods,
    // A changed ConfigMap is in its pods within this, instead of a minute: tests wait for it.
    syncFrequency: '2s',
    // The kubelet would make its default, which is a directory of the machine's /usr.
    volumePluginDir: '/var/lib/kubelet/volume-plugins',
    // The disk is the machine's, and how full it is no business of a test's.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    localStorageCapacityIsolation: false,
  });
}

export function kubeletFlags(node: NodePlan): readonly string[] {
  return [
    `--config=${nodeFiles(node).kubeletConfig}`,
    `--kubeconfig=${kubeletKubeconfig(node)}`,
    `--hostname-override=${node.name}`,
    `--node-ip=${node.address}`,
  ];
}

export function proxyFlags(node: NodePlan, proxyMode: ProxyMode): readonly string[] {
  return [
    `--kubeconfig=${PROXY_KUBECONFIG}`,
    `--hostname-override=${node.name}`,
    `--proxy-mode=${proxyMode}`,
    // The limits of connection tracking are the machine's: a namespace can't write them.
    '--conntrack-max-per-core=0',
    '--conntrack-tcp-timeout-established=0',
    '--conntrack-tcp-timeout-close-wait=0',
  ];
}

/** There is no name server outside the cluster: the world's answer is that the port is closed, at once. */
export function renderResolvConf(world: WorldPlan): string {
  return `nameserver ${world.address}\n`;
}
