import { join } from "node:path";
import { API_PORT, NODE_ADDRESS, SERVICE_NETWORK } from "./addresses.ts";
import { type Children, run, until } from "./children.ts";

type Place = { state: string; binaries: string };

/** etcd, API server, controller manager and scheduler; resolves when a pod could be accepted. */
export async function startControlPlane(children: Children, { state, binaries }: Place): Promise<void> {
  const pki = (file: string) => join(state, "pki", file);
  const kubectl =
    (...args: string[]) =>
    () =>
      run(join(binaries, "kubectl"), "--kubeconfig", pki("admin.kubeconfig"), ...args);

  children.start("etcd", "etcd", [
    ...["--name", "test", "--data-dir", join(state, "etcd"), "--log-level", "warn", "--unsafe-no-fsync"],
    ...["--listen-client-urls", "http://127.0.0.1:2379", "--advertise-client-urls", "http://127.0.0.1:2379"],
    ...["--listen-peer-urls", "http://127.0.0.1:2380", "--initial-advertise-peer-urls", "http://127.0.0.1:2380"],
    ...["--initial-cluster", "test=http://127.0.0.1:2380"],
  ]);
  await until("etcd", () => fetch("http://127.0.0.1:2379/health"));

  children.start("apiserver", join(binaries, "kube-apiserver"), [
    "--etcd-servers=http://127.0.0.1:2379",
    "--bind-address=127.0.0.1",
    `--secure-port=${API_PORT}`,
    `--advertise-address=${NODE_ADDRESS}`,
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${pki("apiserver.crt")}`,
    `--tls-private-key-file=${pki("apiserver.key")}`,
    `--client-ca-file=${pki("ca.crt")}`,
    "--authorization-mode=Node,RBAC",
    "--enable-admission-plugins=NodeRestriction",
    "--allow-privileged=true",
    `--service-cluster-ip-range=${SERVICE_NETWORK}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${pki("service-accounts.key")}`,
    `--service-account-signing-key-file=${pki("service-accounts.key")}`,
    `--kubelet-client-certificate=${pki("kubelet-client.crt")}`,
    `--kubelet-client-key=${pki("kubelet-client.key")}`,
    `--kubelet-certificate-authority=${pki("ca.crt")}`,
    "--kubelet-preferred-address-types=InternalIP",
  ]);
  await until("the API server", kubectl("get", "--raw", "/readyz"));

  children.start("controller-manager", join(binaries, "kube-controller-manager"), [
    `--kubeconfig=${pki("controller-manager.kubeconfig")}`,
    "--bind-address=127.0.0.1",
    `--service-account-private-key-file=${pki("service-accounts.key")}`,
    `--root-ca-file=${pki("ca.crt")}`,
    "--use-service-account-credentials",
    "--leader-elect=false",
    `--cluster-signing-cert-file=${pki("ca.crt")}`,
    `--cluster-signing-key-file=${pki("ca.key")}`,
  ]);
  children.start("scheduler", join(binaries, "kube-scheduler"), [
    `--kubeconfig=${pki("scheduler.kubeconfig")}`,
    "--bind-address=127.0.0.1",
    "--leader-elect=false",
  ]);
  await until("the default service account", kubectl("--namespace=default", "get", "serviceaccount", "default"));
}
