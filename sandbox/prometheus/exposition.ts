import { type Family, formatValue, type Labels } from "./metrics.ts";

/** The text format that Prometheus scrapes (prometheus.io/docs/instrumenting/exposition_formats). */
export const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

/** Families of one name, wherever they come from, are written as one. */
export function expose(families: Family[]): string {
  const byName = new Map<string, Family[]>();
  for (const family of families) byName.set(family.name, [...(byName.get(family.name) ?? []), family]);
  return [...byName].map(([name, parts]) => writeFamily(name, parts)).join("");
}

function writeFamily(name: string, parts: Family[]): string {
  const [{ help, type } = { help: "", type: "gauge" }] = parts;
  const lines = parts.flatMap(({ samples }) =>
    samples.map((sample) => `${sample.name}${writeLabels(sample.labels)} ${formatValue(sample.value)}\n`),
  );
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function writeLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const escaped = (value: string): string =>
  value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
