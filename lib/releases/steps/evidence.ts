import "server-only";
import { knownSecrets } from "#lib/config/known-secrets";
import { KeplerError } from "#lib/platform/errors";
import { withoutSecrets } from "#lib/terminal/mask-rules";
import { containerOf } from "../manifests/object.ts";
import { type Verdict } from "../rollout-rules.ts";
import { type StepContext } from "./step-context.ts";

const EVIDENCE_LINES = 20;
const EVIDENCE_BYTES = 8_000;

/** The last lines that the failing pod wrote, without its secrets, kept with the step: the pod itself may soon be gone. */
export async function withEvidence(
  context: StepContext,
  verdict: Verdict & { is: "failed" },
): Promise<Verdict & { is: "failed" }> {
  if (!verdict.evidence) return verdict;
  const { previous, ...place } = verdict.evidence;
  // The node clears ended containers away by itself: then the newest start, which fails the same way, has to speak.
  const lines =
    (previous ? await lastLines(context, place, true) : null) ?? (await lastLines(context, place, false)) ?? [];
  const { app, environment } = context.release;
  const secrets = await knownSecrets(context.deps.db, app.id, environment.id);
  const log = withoutSecrets(lines.join("\n"), secrets).slice(-EVIDENCE_BYTES);
  return { ...verdict, facts: { ...verdict.facts, pod: place.pod, ...(log ? { log } : {}) } };
}

/** Null where there is no such log: that is missing evidence, not another failure. */
async function lastLines(
  { kubernetes, release, signal }: StepContext,
  { pod, container = containerOf(release) }: { pod: string; container?: string },
  previous: boolean,
) {
  const options = { container, previous, tailLines: EVIDENCE_LINES, signal };
  const lines: string[] = [];
  try {
    for await (const line of kubernetes.readLog(release.environment.namespace, pod, options)) lines.push(line);
  } catch (error) {
    if (!(error instanceof KeplerError)) throw error;
  }
  return lines.length > 0 ? lines : null;
}
