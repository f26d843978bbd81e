import type { LogFilter } from "./log-filter.ts";
import type { Logs } from "./log-store.ts";

type WhyNone = "notRunning" | "chosenGone" | "unheard" | "noneInTime" | "noneHint";

/** What all of them are unreachable for, where they are: then it is the cluster that does not answer. */
export function clusterSilence(pods: Logs["pods"]): string | null {
  const [first, ...others] = pods;
  if (first?.state !== "unreachable") return null;
  return others.every(({ state, reason }) => state === first.state && reason === first.reason) ? first.reason : null;
}

/** Why a live log has no line: what is not known to be silent is not called so. `there`: the pods that the watch sees. */
export function whyNoLines(
  { pods }: Pick<Logs, "pods">,
  { pods: chosen, since }: Pick<LogFilter, "pods" | "since">,
  there: readonly string[],
): WhyNone {
  if (chosen.length > 0 && !chosen.some((name) => there.includes(name))) return "chosenGone";
  if (there.length === 0) return "notRunning";
  // Each that is not heard is told of with its reason, beside the stream's own state.
  if (pods.some(({ state }) => state !== "following" && state !== "ended")) return "unheard";
  return since === null || since === "all" ? "noneHint" : "noneInTime";
}
