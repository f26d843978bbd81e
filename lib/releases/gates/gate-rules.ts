import { isTaken } from "#lib/clusters/certificate-rules";
import { type CertificateProblem } from "#lib/clusters/certificate-schema";
import { type PublicError } from "#lib/platform/errors";
import { type FieldConflict } from "../drift/schema.ts";
import { holdError } from "../hold/hold-rules.ts";
import { type HeldCommitView } from "../hold/schema.ts";
import { type Injection } from "../mesh/mesh-rules.ts";
import { type PodNeeds } from "./pod-needs-rules.ts";
import { type LimitRange, limitRange, type Quota, quota } from "./quota-rules.ts";
import { blocker, type Gate } from "./schema.ts";

/** Everything that gates decide from, as preview, creation and the worker find it. */
export type GateFacts = {
  /** What the API server does not accept, object by object. */
  refusals: readonly PublicError[];
  /** What the Spec wants and the cluster cannot do. */
  clusterGap: PublicError | null;
  /** The commit that it would release is held there. */
  hold: HeldCommitView | null;
  /** Number of the canary that it would end. */
  trial: number | null;
  conflicts: readonly FieldConflict[];
  /** What is wrong with its certificates; `isNew`: it is this release that brings TLS for them to that gateway. */
  certificates: readonly (CertificateProblem & { isNew: boolean })[];
  /** What is to be kept but stands there no longer as it was seen. */
  changedAgain: readonly { name: string; field: string }[];
  /** The workload as it stands and as it would be. */
  before: PodNeeds | null;
  after: PodNeeds | null;
  quotas: readonly Quota[];
  limitRanges: readonly LimitRange[];
  /** Of a Spec in mesh mode; null for another, and where the cluster cannot do it anyway. */
  mesh: MeshFacts | null;
};

/** What a pod that was tried out got, and whether this release is what brings the service into the mesh. */
export type MeshFacts = { injection: Injection; namespace: string; joins: boolean; isAmbient: boolean };

/** A rule is a pure function of the facts; a new gate is one more line here. */
const RULES: readonly ((facts: GateFacts) => Gate[])[] = [
  held,
  refused,
  gap,
  undecided,
  outdated,
  quota,
  limitRange,
  certificate,
  trial,
  proxies,
  ambient,
];

/** Every gate that is not simply open, blockers first. */
export function gatesOf(facts: GateFacts): Gate[] {
  return RULES.flatMap((rule) => rule(facts)).sort((a, b) => Number(b.blocks) - Number(a.blocks));
}

function certificate({ certificates }: GateFacts): Gate[] {
  return certificates.map(({ is, isNew, error }) => ({
    gate: "certificate",
    blocks: isNew && !isTaken({ is }),
    error,
  }));
}

function held({ hold }: GateFacts): Gate[] {
  return hold ? [blocker("held-commit", holdError(hold).toPublic())] : [];
}

function trial({ trial: number }: GateFacts): Gate[] {
  if (number === null) return [];
  const message = `Release ${number} is on trial as a canary: this release ends that, and takes nothing over from it.`;
  const next = "Promote the canary or roll it back first if that is not wanted.";
  return [{ gate: "canary", blocks: false, error: { code: "conflict", system: "kepler", message, next } }];
}

/** A service that is in the mesh is still changed while its injector is away; one that is to join it is not. */
export function proxies({ mesh }: { mesh: Omit<MeshFacts, "isAmbient"> | null }): Gate[] {
  if (mesh === null) return [];
  const { injection, namespace, joins: blocks } = mesh;
  const gate = "mesh";
  switch (injection.is) {
    case "refused":
      return [{ gate, blocks, error: injection.error }];
    case "missing":
      return [
        {
          gate,
          blocks,
          error: {
            code: "conflict",
            system: "kubernetes",
            message: `The cluster would put no proxy beside a pod in ${namespace}: no injector of Istio's takes it.`,
            next: "Ask the cluster's operator whether istiod runs and which revision the namespace is labelled with.",
          },
        },
      ];
    case "untried":
    case "injected":
      return [];
  }
}

function ambient({ mesh }: GateFacts): Gate[] {
  if (mesh === null || !mesh.isAmbient || !mesh.joins) return [];
  const message = `The namespace ${mesh.namespace} is in the ambient mesh: pods with a proxy of their own leave it, and waypoints no longer see what they send.`;
  const next = "Keep normal mode where the ambient mesh is enough.";
  return [{ gate: "ambient", blocks: false, error: { code: "conflict", system: "kubernetes", message, next } }];
}

function refused({ refusals }: GateFacts): Gate[] {
  return refusals.map((error) => blocker("refused", error));
}

function gap({ clusterGap }: GateFacts): Gate[] {
  return clusterGap ? [blocker("cluster", clusterGap)] : [];
}

/** One sentence for each object: what somebody changed there that this release would overwrite. */
export function undecided({ conflicts }: Pick<GateFacts, "conflicts">): Gate[] {
  const open = Map.groupBy(
    conflicts.filter(({ decision }) => decision === "open"),
    ({ kind, name }) => `${kind.slice(kind.lastIndexOf("/") + 1)} ${name}`,
  );
  return [...open].map(([object, fields]) =>
    blocker("conflict", {
      code: "conflict",
      system: "kubernetes",
      message: `${object} was changed by hand: ${fields.map(whoChanged).join("; ")}.`,
      next: "Keep each change, or take the field over, then release.",
      fields: fields.map(({ field, manager }) => ({ path: field, message: `Changed by ${manager ?? "somebody"}.` })),
    }),
  );
}

/** "kubectl changed replicas from 2 to 5": for logs and errors; pages say it in their own language. */
export const whoChanged = ({ manager, change: { field, before, after } }: Pick<FieldConflict, "manager" | "change">) =>
  `${manager ?? "somebody"} changed ${field} from ${before ?? "nothing"} to ${after ?? "nothing"}`;

function outdated({ changedAgain }: GateFacts): Gate[] {
  return changedAgain.map(({ name, field }) =>
    blocker("changed-again", {
      code: "conflict",
      system: "kubernetes",
      message: `${field} of ${name} is not what it was when you chose to keep it.`,
      next: "Look at the new preview and decide again.",
    }),
  );
}
