import "server-only";
import { clearImages } from "./images.ts";
import { clearJob } from "./job.ts";
import { clearObjects } from "./objects.ts";
import { type Looked, merge, type StepContext, type Verdict } from "./step-context.ts";
import { clearWebhook } from "./webhook.ts";

const LOOKS = [(context: StepContext) => clearObjects(context, null), clearWebhook, clearJob, clearImages];

/**
 * Looks again at every system, from the first to the last. What has come back since (an effect that was under way, an
 * orphan) is removed and everything looked at anew; only one pass that found nothing anywhere is the proof.
 */
export async function verify(context: StepContext): Promise<Verdict> {
  const looked: Looked[] = [];
  for (const look of LOOKS) {
    const verdict = await look(context);
    if (verdict.is !== "done") return verdict;
    looked.push(verdict);
  }
  return { is: "done", ...merge(looked) };
}
