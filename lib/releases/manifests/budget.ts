import { type Manifest, type ManifestInput, metadata, selector } from "./object.ts";

/** Keeps a drain of a node from taking every pod at once. */
export const disruptionBudget = (input: ManifestInput): Manifest => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: metadata(input),
  spec: { maxUnavailable: 1, selector: { matchLabels: selector(input) } },
});
