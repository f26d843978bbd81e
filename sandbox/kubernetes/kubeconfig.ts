import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stringify } from "yaml";

/** Writes a kubeconfig with one context, `sandbox`, readable by its owner only. */
export function writeKubeconfig(
  path: string,
  { server, token, authority }: { server: string; token: string; authority: string },
): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "sandbox", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } },
    ],
    users: [{ name: "sandbox-admin", user: { token } }],
    contexts: [{ name: "sandbox", context: { cluster: "sandbox", user: "sandbox-admin", namespace: "default" } }],
    "current-context": "sandbox",
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.next`, stringify(config), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}
