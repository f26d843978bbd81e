import "server-only";
import { type Call } from "#lib/clients/http/call";
import { markPresentInLedger, planInLedger } from "../ledger.ts";
import { hookUrlFor } from "../naming-rules.ts";
import { type ProvisionRow } from "../provision-row.ts";
import { type ProvisionWorld } from "../provision-world.ts";

/**
 * Finds the app's hook by its URL or creates it. GitLab never gives a hook's token back, so a hook that was found is
 * given ours again: that also repairs one which a person changed.
 */
export async function ensureWebhook(world: ProvisionWorld, row: ProvisionRow, call: Call) {
  const url = hookUrlFor(world.keplerUrl, row.id);
  const entry = { appId: row.id, system: "gitlab", kind: "webhook", key: url };
  const settings = { url, token: world.open(row.webhookSecret), pushEvents: true, tagPushEvents: true };
  await planInLedger(world.db, entry);

  const found = await world.gitlab.findHook(row.gitlabProjectId, url, call);
  await world.checkpoint?.("provision.webhook.before-effect");
  const hook = found
    ? await world.gitlab.updateHook(row.gitlabProjectId, found.id, settings, call)
    : await world.gitlab.createHook(row.gitlabProjectId, settings, call);
  await world.checkpoint?.("provision.webhook.after-effect");

  await markPresentInLedger(world.db, entry, { externalId: String(hook.id), url: null }, world.now());
  return { hook: hook.id, found: found !== null };
}
