import { type ApplyObject } from "#lib/clients/kubernetes/client";
import { type FindingAction, type FindingRule } from "#lib/diagnosis/schema";
import { type Ground } from "./fault-world.ts";

export type Fault = {
  /** The table's line: what is done to the cluster. */
  name: string;
  objects(ground: Ground): ApplyObject[];
  /** Written by hand as the kubelet of a broken node would: onto the status of what was applied. */
  statuses?(ground: Ground): { object: ApplyObject; status: Record<string, unknown> }[];
  rule: FindingRule;
  sentence: RegExp;
  evidence: RegExp;
  action: Partial<FindingAction>;
  /** Applied once a pod of the first objects is ready. */
  next?(ground: Ground): ApplyObject[];
  /** Why no real cluster of the tests can have it: there it is left out. */
  onlyInSandbox?: string;
  /** The sandbox's fault rule that it needs: a real cluster's registry is not ours to break. */
  outOfOrder?(ground: Ground): Record<string, unknown>;
};
