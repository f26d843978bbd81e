import "server-only";
import { type Call } from "#lib/clients/http/call";
import { Unavailable } from "#lib/platform/errors";
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
    : await world.gitlab.createHook(row.gitlabProjectId, settings, call).catch(letSettle);
  await world.checkpoint?.("provision.webhook.after-effect");

  await markPresentInLedger(world.db, entry, { externalId: String(hook.id), url: null }, world.now());
  return { hook: hook.id, found: found !== null };
}

/** A request that was given up may be at work in GitLab yet, and GitLab takes the same hook twice. */
const CREATE_SETTLES_MS = 5_000;

/** Then "there is none" is believed only a while later. */
function letSettle(error: unknown): never {
  if (!(error instanceof Unavailable)) throw error;
  const { message, system, next, retryAfterMs = 0 } = error;
  throw new Unavailable(message, {
    system,
    next,
    cause: error,
    retryAfterMs: Math.max(retryAfterMs, CREATE_SETTLES_MS),
  });
}
