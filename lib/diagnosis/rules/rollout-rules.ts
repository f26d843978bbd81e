import { found, type Rule, seenIn } from "../finding-rules.ts";

/** Newer pods do not get through, and those of an older template stay. */
export const rolloutRule: Rule = ({ workload, replicaSets, before }) => {
  if (!workload || workload.progressing) return [];
  const [newest, ...older] = [...replicaSets].sort((a, b) => b.revision - a.revision);
  const stays = older.find(({ there }) => there > 0);
  if (!newest) return [];
  return [
    found({
      rule: "rollout",
      variant: stays ? "old-stays" : "stuck",
      message: stays
        ? `The new pods do not get through: ${newest.ready} of ${workload.desired} are ready, and ${stays.there} of the version before (${stays.name}) stay.`
        : `The new pods do not get through: ${newest.ready} of ${workload.desired} are ready.`,
      next:
        before === null
          ? "Correct what keeps the new pods from being ready, then release again."
          : "Correct what keeps the new pods from being ready, or roll back.",
      evidence: [
        seenIn({
          source: "status",
          object: `Deployment/${workload.name}`,
          text: `${workload.reason ?? "Progressing=False"}: ${workload.message ?? ""}`,
        }),
        ...[newest, ...(stays ? [stays] : [])].map((set) =>
          seenIn({
            source: "status",
            object: `ReplicaSet/${set.name}`,
            text: `${set.ready} of ${set.there} pods ready, ${set.wanted} wanted.`,
          }),
        ),
      ],
      actions: [{ kind: "rollback" }],
    }),
  ];
};
