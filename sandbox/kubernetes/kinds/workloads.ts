import { isObject, type JsonObject, section } from "../json.ts";
import { type Deployment, type ReplicaSet } from "../objects.ts";
import { matches } from "../store/selectors.ts";
import {
  ageColumn,
  conditions,
  type Kind,
  kindSchema,
  labelSelector,
  labelText,
  nameColumn,
  objectMeta,
} from "./kind.ts";
import { dnsSubdomain } from "./names.ts";
import { podSpec } from "./pod-spec.ts";
import { type Cause, choice, count, flag, intOrString, invalid, must, object, unsupported } from "./schema.ts";

const template = () => must(object({ metadata: objectMeta, spec: must(podSpec()) }));

/** The selector must choose the pods that the template makes, and those pods must be restarted for ever. */
function selectsItsTemplate(spec: JsonObject, path: string): Cause[] {
  const selector = section(spec, "selector");
  const labels = section(section(section(spec, "template"), "metadata"), "labels");
  const pod = section(section(spec, "template"), "spec");
  const causes: Cause[] = [];
  if (spec.selector !== undefined && Object.keys(selector).length === 0)
    causes.push(invalid(`${path}.selector`, selector, "empty selector is invalid for deployment"));
  else if (isObject(spec.template) && !matches(selector, labels))
    causes.push(invalid(`${path}.template.metadata.labels`, labels, "`selector` does not match template `labels`"));
  if (pod.restartPolicy !== undefined && pod.restartPolicy !== "Always")
    causes.push(unsupported(`${path}.template.spec.restartPolicy`, pod.restartPolicy, ["Always"]));
  return causes;
}

const rollingUpdate = object(
  { maxUnavailable: intOrString("25%"), maxSurge: intOrString("25%") },
  {
    check: ({ maxSurge, maxUnavailable }, path) => {
      const none = (value: unknown) => value === 0 || value === "0%";
      if (none(maxSurge) && none(maxUnavailable))
        return [invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0")];
      return Object.entries({ maxSurge, maxUnavailable }).flatMap(([key, value]) =>
        typeof value === "string" && !/^\d+%$/.test(value)
          ? [
              invalid(
                `${path}.${key}`,
                value,
                "a valid percent string must be a numeric string followed by an ending '%'",
              ),
            ]
          : [],
      );
    },
  },
);

const strategy = object(
  { type: choice(["Recreate", "RollingUpdate"], "RollingUpdate"), rollingUpdate },
  {
    default: {},
    complete: (value) => {
      if ((value.type ?? "RollingUpdate") === "RollingUpdate") value.rollingUpdate ??= {};
    },
    check: (value, path) =>
      value.type === "Recreate" && value.rollingUpdate !== undefined
        ? [
            {
              reason: "FieldValueForbidden",
              field: `${path}.rollingUpdate`,
              message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
            },
          ]
        : [],
  },
);

const replicaCounts = {
  replicas: count(),
  readyReplicas: count(),
  availableReplicas: count(),
  terminatingReplicas: count(),
  observedGeneration: count(),
  conditions: conditions(),
};
const workloadColumns = [
  {
    name: "Containers",
    wide: true,
    cell: (one: Deployment | ReplicaSet) => one.spec.template.spec.containers.map(({ name }) => name).join(","),
  },
  {
    name: "Images",
    wide: true,
    cell: (one: Deployment | ReplicaSet) => one.spec.template.spec.containers.map(({ image }) => image).join(","),
  },
  { name: "Selector", wide: true, cell: (one: Deployment | ReplicaSet) => labelText(one.spec.selector.matchLabels) },
] as const;

export const deployments: Kind<Deployment> = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  categories: ["all"],
  namespaced: true,
  nameRule: dnsSubdomain,
  status: true,
  scale: true,
  immutable: ["spec.selector"],
  schema: kindSchema({
    spec: must(
      object(
        {
          replicas: count(1),
          selector: must(labelSelector()),
          template: template(),
          strategy,
          minReadySeconds: count(),
          revisionHistoryLimit: count(10),
          paused: flag(),
          progressDeadlineSeconds: count(600),
        },
        { check: selectsItsTemplate },
      ),
    ),
    status: object(
      { ...replicaCounts, updatedReplicas: count(), unavailableReplicas: count(), collisionCount: count() },
      { default: {} },
    ),
  }),
  columns: [
    nameColumn,
    { name: "Ready", cell: (one) => `${one.status.readyReplicas ?? 0}/${one.spec.replicas}` },
    { name: "Up-to-date", cell: (one) => one.status.updatedReplicas ?? 0 },
    { name: "Available", cell: (one) => one.status.availableReplicas ?? 0 },
    ageColumn,
    ...workloadColumns,
  ],
};

export const replicaSets: Kind<ReplicaSet> = {
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  shortNames: ["rs"],
  categories: ["all"],
  namespaced: true,
  nameRule: dnsSubdomain,
  status: true,
  scale: true,
  immutable: ["spec.selector"],
  schema: kindSchema({
    spec: must(
      object(
        { replicas: count(1), minReadySeconds: count(), selector: must(labelSelector()), template: template() },
        { check: selectsItsTemplate },
      ),
    ),
    status: object({ ...replicaCounts, replicas: count(0), fullyLabeledReplicas: count() }, { default: {} }),
  }),
  columns: [
    nameColumn,
    { name: "Desired", cell: (one) => one.spec.replicas },
    { name: "Current", cell: (one) => one.status.replicas },
    { name: "Ready", cell: (one) => one.status.readyReplicas ?? 0 },
    ageColumn,
    ...workloadColumns,
  ],
};
