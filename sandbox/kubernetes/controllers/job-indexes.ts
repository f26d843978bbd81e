import { type JsonObject } from "../json.ts";
import { type Job, type Pod, type PodTemplate } from "../objects.ts";

const INDEX = "batch.kubernetes.io/job-completion-index";

const indexOf = (pod: Pod): number => Number(pod.metadata.annotations?.[INDEX]);

/** The smallest index that no pod has or has had success with. */
export function firstFreeIndex({ spec }: Job, pods: Pod[]): number {
  const taken = new Set(pods.filter((pod) => pod.status.phase !== "Failed").map(indexOf));
  for (let index = 0; index < (spec.completions ?? 0); index += 1) if (!taken.has(index)) return index;
  return 0;
}

/** "1,3-5,7": the indexes that are done. */
export function completedIndexes(pods: Pod[]): string {
  const done = pods.filter((pod) => pod.status.phase === "Succeeded").map(indexOf);
  const runs: [from: number, to: number][] = [];
  for (const index of [...new Set(done)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** A job's pod; one of an Indexed job knows its number by name, annotation, label and variable. */
export function jobPod(
  { metadata, spec }: Job,
  index: number | undefined,
): { template: PodTemplate; metadata: JsonObject } {
  const { template } = spec;
  if (index === undefined) return { template, metadata: { generateName: `${metadata.name}-` } };
  const own = { [INDEX]: String(index) };
  const variable = { name: "JOB_COMPLETION_INDEX", value: String(index) };
  const containers = template.spec.containers.map((each) => ({ ...each, env: [...(each.env ?? []), variable] }));
  return {
    template: { ...template, spec: { ...template.spec, containers } },
    metadata: {
      generateName: `${metadata.name}-${index}-`,
      annotations: { ...template.metadata?.annotations, ...own },
      labels: { ...template.metadata?.labels, ...own },
    },
  };
}
