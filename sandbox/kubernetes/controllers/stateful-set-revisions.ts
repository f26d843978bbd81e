import { createHash } from "node:crypto";
import { type Json, same } from "../json.ts";
import { controllerRevisions } from "../kinds/index.ts";
import { type ControllerRevision, type PodTemplate, type StatefulSet } from "../objects.ts";
import { controlledBy, type Resources } from "../store/resources.ts";
import { podsOf, writer } from "./pods-of.ts";

type Data = { spec: { template: PodTemplate & { $patch: string } } };

/** What a revision keeps: the template, as a patch that replaces it (that is how `kubectl rollout undo` uses it). */
const dataOf = (set: StatefulSet): Data => ({ spec: { template: { ...set.spec.template, $patch: "replace" } } });

export function templateOf(revision: ControllerRevision): PodTemplate {
  // This controller has written it, from a template that the API had accepted.
  const { $patch: _patch, ...template } = (revision.data as Data).spec.template;
  return template;
}

/** The revision of the present template, made or raised to the newest, and the one that was current before it. */
export function currentRevisions(
  resources: Resources,
  set: StatefulSet,
): { current: ControllerRevision; update: ControllerRevision } {
  const all = revisionsOf(resources, set);
  const data = dataOf(set);
  const found = all.find((each) => same(each.data, data));
  const newest = all.at(-1)?.revision ?? 0;
  const update = found ?? create(resources, set, data, newest + 1);
  if (found !== undefined && found.revision !== newest)
    resources.modify(controllerRevisions, found, (draft) => (draft.revision = newest + 1), writer);
  const current = all.find((each) => each.metadata.name === set.status.currentRevision) ?? update;
  return { current, update };
}

/** Keeps `revisionHistoryLimit` revisions besides those that are in use. */
export function forgetOldRevisions(resources: Resources, set: StatefulSet): void {
  const used = new Set(podsOf(resources, set).map((pod) => pod.metadata.labels?.["controller-revision-hash"]));
  const { currentRevision, updateRevision } = set.status;
  const old = revisionsOf(resources, set).filter(
    ({ metadata: { name } }) => !used.has(name) && name !== currentRevision && name !== updateRevision,
  );
  const surplus = old.length - set.spec.revisionHistoryLimit;
  for (const revision of old.slice(0, Math.max(0, surplus)))
    resources.delete(controllerRevisions, revision.metadata.namespace, revision.metadata.name, {});
}

const revisionsOf = ({ store }: Resources, set: StatefulSet): ControllerRevision[] =>
  store.ownedBy(controllerRevisions, set.metadata.uid).sort((a, b) => a.revision - b.revision);

function create(resources: Resources, set: StatefulSet, data: Data, revision: number): ControllerRevision {
  const hash = createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 10);
  const { namespace } = set.metadata;
  const name = `${set.metadata.name}-${hash}`;
  const labels = { ...set.spec.template.metadata?.labels, "controller.kubernetes.io/hash": hash };
  const metadata = { name, labels, ownerReferences: [controlledBy(set)] };
  // Typed objects are plain JSON; their types only do not say so.
  const body = { metadata, data: data as unknown as Json, revision };
  resources.create(controllerRevisions, namespace, body, writer);
  return resources.get(controllerRevisions, namespace, name);
}
