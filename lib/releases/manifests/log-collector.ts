import { stringify } from "yaml";
import { OWN_VOLUMES } from "#lib/apps/spec/storage-schema";
import { configMap } from "./files.ts";
import { type Manifest, type ManifestInput } from "./object.ts";

const LOGS = `${OWN_VOLUMES}logs`;
const CONFIG = `${OWN_VOLUMES}filebeat`;
const CONFIG_DIRECTORY = "/etc/kepler-filebeat";

/** What has to stand beside the app so that its log files are shipped; null when it collects none. */
function collection(input: ManifestInput) {
  const { spec, logOutput } = input;
  return spec.logCollection && logOutput ? { logs: spec.logCollection, output: logOutput } : null;
}

/** Filebeat's configuration (https://www.elastic.co/docs/reference/beats/filebeat/filebeat-input-filestream); lines say whose they are. */
function configuration(
  { app, namespace }: ManifestInput,
  { logs, output }: NonNullable<ReturnType<typeof collection>>,
) {
  const { directory, include, multiline } = logs;
  const parsers = multiline ? [{ multiline: { type: "pattern", ...multiline } }] : [];
  const input = {
    type: "filestream",
    id: app.name,
    paths: [`${directory}/${include}`],
    ...(parsers.length > 0 ? { parsers } : {}),
    // The environment's names are put in by Filebeat itself, when it starts in the pod.
    fields: { kepler: { app: app.name, namespace, pod: `\${POD_NAME}` } },
    fields_under_root: true,
  };
  return { "filebeat.inputs": [input], "output.elasticsearch": { hosts: [...output.elasticsearchHosts] } };
}

export function collectorConfigMap(input: ManifestInput): Manifest | null {
  const wanted = collection(input);
  return wanted && configMap(input, "filebeat", { "filebeat.yml": stringify(configuration(input, wanted)) });
}

export function collectorVolumes(input: ManifestInput) {
  const map = collectorConfigMap(input);
  return map
    ? [
        { name: LOGS, emptyDir: {} },
        { name: CONFIG, configMap: { name: map.metadata.name } },
      ]
    : [];
}

/** The directory is the app's and the collector's together. */
export const collectedMounts = (input: ManifestInput) => {
  const wanted = collection(input);
  return wanted ? [{ name: LOGS, mountPath: wanted.logs.directory }] : [];
};

/**
 * The sidecar: a container that starts before the app's and ends after it, so that its last lines are shipped too
 * (https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/). With requests, without which nothing can autoscale.
 */
export function collectorContainers(input: ManifestInput) {
  const wanted = collection(input);
  if (!wanted) return [];
  return [
    {
      name: "filebeat",
      image: wanted.output.image,
      imagePullPolicy: "IfNotPresent",
      restartPolicy: "Always",
      args: ["-e", "-c", `${CONFIG_DIRECTORY}/filebeat.yml`],
      env: [{ name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "200Mi" } },
      securityContext: { allowPrivilegeEscalation: false },
      volumeMounts: [
        { name: LOGS, mountPath: wanted.logs.directory, readOnly: true },
        { name: CONFIG, mountPath: CONFIG_DIRECTORY, readOnly: true },
      ],
    },
  ];
}
