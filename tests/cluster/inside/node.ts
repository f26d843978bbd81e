import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { DNS_ADDRESS, NODE_ADDRESS, NODE_NAME, POD_NETWORK } from "./addresses.ts";
import { type Children, run, until } from "./children.ts";

type Place = { state: string; binaries: string; cgroup: string; pauseImage: string };

/** A registry, containerd, kubelet and kube-proxy: pods, their logs and their pulls are real. */
export async function startNode(children: Children, place: Place): Promise<void> {
  const { state, binaries } = place;
  const kubeconfig = (name: string) => join(state, "pki", `${name}.kubeconfig`);
  await makeNetwork(state);

  await writeFile(join(state, "containerd.toml"), containerdConfig(place));
  children.start("containerd", "containerd", ["--config", join(state, "containerd.toml"), "--log-level", "warn"]);
  const socket = join(state, "run", "containerd.sock");
  await until("containerd", () => run("ctr", "--address", socket, "version"));

  await writeFile(join(state, "resolv.conf"), "nameserver 127.0.0.1\n");
  await writeFile(join(state, "kubelet.yaml"), stringify(kubeletConfig(place)));
  children.start("kubelet", join(binaries, "kubelet"), [
    `--config=${join(state, "kubelet.yaml")}`,
    `--kubeconfig=${kubeconfig("node")}`,
    `--root-dir=${join(state, "kubelet")}`,
    `--cert-dir=${join(state, "kubelet", "pki")}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    `--container-runtime-endpoint=unix://${socket}`,
  ]);
  children.start("kube-proxy", join(binaries, "kube-proxy"), [
    `--kubeconfig=${kubeconfig("proxy")}`,
    `--hostname-override=${NODE_NAME}`,
    "--proxy-mode=iptables",
    `--cluster-cidr=${POD_NETWORK}`,
    `--bind-address=${NODE_ADDRESS}`,
    // Limits that belong to the machine, which is not ours.
    ...["--conntrack-max-per-core=0", "--conntrack-tcp-timeout-established=0", "--conntrack-tcp-timeout-close-wait=0"],
  ]);
  const ready = ["wait", "--for=condition=Ready", `node/${NODE_NAME}`, "--timeout=1s"];
  await until("the node", () => run(join(binaries, "kubectl"), "--kubeconfig", kubeconfig("admin"), ...ready));
}

/** An OCI registry (Debian's docker-registry) that the node pulls from and tests push to. */
export async function startRegistry(
  children: Children,
  { state, port }: { state: string; port: number },
): Promise<void> {
  const config = {
    version: "0.1",
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(state, "registry") }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
  };
  await writeFile(join(state, "registry.yaml"), stringify(config));
  children.start("registry", "docker-registry", ["serve", join(state, "registry.yaml")]);
  await until("the registry", () => fetch(`http://127.0.0.1:${port}/v2/`));
}

async function makeNetwork(state: string): Promise<void> {
  await run("ip", "link", "add", "kepler0", "type", "bridge");
  await run("ip", "address", "add", `${NODE_ADDRESS}/24`, "dev", "kepler0");
  await run("ip", "link", "set", "kepler0", "up");
  await run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  // Without it a pod that calls its own Service through another pod on this bridge gets no answer; not every kernel has it.
  await run("sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1").catch(() => undefined);
  const bridge = {
    type: "bridge",
    bridge: "pods0",
    isGateway: true,
    hairpinMode: true,
    ipam: {
      type: "host-local",
      dataDir: join(state, "cni", "addresses"),
      ranges: [[{ subnet: POD_NETWORK }]],
      routes: [{ dst: "0.0.0.0/0" }],
    },
  };
  await mkdir(join(state, "cni", "conf"), { recursive: true });
  const list = { cniVersion: "0.4.0", name: "kepler", plugins: [bridge] };
  await writeFile(join(state, "cni", "conf", "10-kepler.conflist"), JSON.stringify(list));
}

/**
 * `restrict_oom_score_adj`: without CAP_SYS_RESOURCE runc cannot lower that score and says only "can't get final child's
 * PID from pipe: EOF".
 */
const containerdConfig = ({ state, pauseImage }: Place): string => `
version = 2
root = "${state}/containerd"
state = "${state}/run/containerd"
[grpc]
  address = "${state}/run/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${pauseImage}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${state}/cni/conf"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
`;

const kubeletConfig = ({ state, cgroup }: Place) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  address: NODE_ADDRESS,
  port: 10250,
  readOnlyPort: 0,
  healthzBindAddress: "127.0.0.1",
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: join(state, "pki", "ca.crt") },
  },
  authorization: { mode: "Webhook" },
  tlsCertFile: join(state, "pki", "kubelet-serving.crt"),
  tlsPrivateKeyFile: join(state, "pki", "kubelet-serving.key"),
  cgroupDriver: "cgroupfs",
  cgroupRoot: `/${cgroup}`,
  failSwapOn: false,
  failCgroupV1: false,
  clusterDomain: "cluster.local",
  clusterDNS: [DNS_ADDRESS],
  resolvConf: join(state, "resolv.conf"),
  evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
  // How much volumes hold is measured once a minute otherwise.
  volumeStatsAggPeriod: "5s",
  imageGCHighThresholdPercent: 99,
  imageGCLowThresholdPercent: 98,
});
