import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { NODE_ADDRESS, NODE_NAME, SERVICE_ADDRESS } from "./inside/addresses.ts";

const DAYS = "2";

/** `subject` as openssl wants it; `altNames` make it a serving certificate for those. */
type Identity = { name: string; subject: string; altNames?: string };

const IDENTITIES: Identity[] = [
  {
    name: "apiserver",
    subject: "/CN=kube-apiserver",
    altNames: `DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:${SERVICE_ADDRESS},IP:${NODE_ADDRESS}`,
  },
  {
    name: "kubelet-serving",
    subject: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
    altNames: `DNS:${NODE_NAME},IP:${NODE_ADDRESS}`,
  },
  { name: "kubelet-client", subject: "/O=system:masters/CN=apiserver-kubelet-client" },
  { name: "admin", subject: "/O=system:masters/CN=admin" },
  { name: "controller-manager", subject: "/CN=system:kube-controller-manager" },
  { name: "scheduler", subject: "/CN=system:kube-scheduler" },
  { name: "node", subject: `/O=system:nodes/CN=system:node:${NODE_NAME}` },
  { name: "proxy", subject: "/CN=system:kube-proxy" },
];
const WITH_KUBECONFIG = ["admin", "controller-manager", "scheduler", "node", "proxy"];

const openssl = (folder: string, ...args: string[]) => promisify(execFile)("openssl", args, { cwd: folder });

/**
 * A certificate authority and an identity for each part of the cluster (https://kubernetes.io/docs/setup/best-practices/certificates/)
 * in `folder`, valid for two days, and a kubeconfig for each that is a client, naming the API server at `server`.
 */
export async function makeIdentities(folder: string, server: string): Promise<void> {
  await openssl(
    folder,
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", DAYS],
    ...["-subj", "/CN=test-ca", "-addext", "basicConstraints=critical,CA:TRUE"],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  );
  await Promise.all([
    openssl(folder, "genrsa", "-out", "service-accounts.key", "2048"),
    ...IDENTITIES.map((identity) => sign(folder, identity)),
  ]);
  await Promise.all(
    WITH_KUBECONFIG.map((name) => writeKubeconfig(folder, name, server, join(folder, `${name}.kubeconfig`))),
  );
}

async function sign(folder: string, { name, subject, altNames }: Identity): Promise<void> {
  const usage = ["keyUsage=critical,digitalSignature,keyEncipherment", "extendedKeyUsage=serverAuth,clientAuth"];
  const extensions = altNames === undefined ? usage : [...usage, `subjectAltName=${altNames}`];
  await writeFile(join(folder, `${name}.ext`), extensions.join("\n"));
  await openssl(
    folder,
    ...["req", "-newkey", "rsa:2048", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject],
  );
  await openssl(
    folder,
    ...["x509", "-req", "-in", `${name}.csr`, "-CA", "ca.crt", "-CAkey", "ca.key", "-days", DAYS],
    ...["-set_serial", String(1 + IDENTITIES.findIndex((each) => each.name === name))],
    ...["-out", `${name}.crt`, "-extfile", `${name}.ext`],
  );
}

/** A kubeconfig of the identity `name` for the API server at `server`. */
export async function writeKubeconfig(folder: string, name: string, server: string, path: string): Promise<void> {
  const data = async (file: string) => (await readFile(join(folder, file))).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, "certificate-authority-data": await data("ca.crt") } }],
    users: [
      {
        name,
        user: { "client-certificate-data": await data(`${name}.crt`), "client-key-data": await data(`${name}.key`) },
      },
    ],
    contexts: [{ name: "test", context: { cluster: "test", user: name } }],
    "current-context": "test",
  };
  // YAML is a superset of JSON.
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
}
