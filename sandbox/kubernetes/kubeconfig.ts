import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { stringify } from "yaml";

export type Account = { context: string; user: string; token: string; namespace: string };

/** Writes a kubeconfig with a context for each account (the first is the current one), readable by its owner only. */
export function writeKubeconfig(
  path: string,
  { server, authority, accounts }: { server: string; authority: string; accounts: readonly Account[] },
): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "sandbox", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } },
    ],
    users: accounts.map(({ user, token }) => ({ name: user, user: { token } })),
    contexts: accounts.map(({ context, user, namespace }) => ({
      name: context,
      context: { cluster: "sandbox", user, namespace },
    })),
    "current-context": accounts[0]?.context,
  };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.next`, stringify(config), { mode: 0o600 });
  renameSync(`${path}.next`, path);
}
