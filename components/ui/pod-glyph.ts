import type { PodView } from "#lib/clusters/schema";
import type { GlyphName } from "./glyph.tsx";

/** Which outline a pod gets from what `kubectl get pods` would print of it. */
export function podGlyph({ status, ready }: Pick<PodView, "status" | "ready">): GlyphName {
  if (/BackOff|Err|Error|OOMKilled|Invalid|Unknown|Evicted/.test(status)) return "fail";
  if (status === "Running") return ready ? "ok" : "working";
  return status === "Completed" ? "done" : "working";
}
