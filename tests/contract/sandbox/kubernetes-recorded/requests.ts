import { coreKinds, namespaces } from "./core.ts";
import { others, workloads } from "./groups.ts";
import { type Recorded } from "./request.ts";
import { apply, questions, tables } from "./verbs.ts";

/** All of them, in the order in which they are sent: later ones stand on what earlier ones have made. */
export const REQUESTS: readonly Recorded[] = [
  ...namespaces,
  ...coreKinds,
  ...workloads,
  ...others,
  ...apply,
  ...tables,
  ...questions,
];
