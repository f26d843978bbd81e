import { at, isObject, type Json, section } from "../json.ts";
import { type Container, type KubeObject, type LabelSelector, type PodSpec } from "../objects.ts";
import { type PrinterColumn } from "./facts.ts";

export type Cell = string | number | boolean;
/** A column of server-side printing; `wide` ones are for `-o wide` (priority 1). */
export type Column<T> = {
  name: string;
  wide?: boolean;
  type?: "string" | "integer" | "boolean" | "date";
  cell(object: T, now: Date): Cell;
};

/** "3m12s" as `kubectl get` prints durations (k8s.io/apimachinery duration.HumanDuration). */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const part = (value: number, unit: string): string => (value === 0 ? "" : `${value}${unit}`);
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${part(seconds % 60, "s")}`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return `${hours}h${part(minutes % 60, "m")}`;
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return `${days}d${part(hours % 24, "h")}`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? `${years}y${part(days % 365, "d")}` : `${years}y`;
}

/** How long ago a moment was. */
export const age = (since: string | null | undefined, now: Date): string =>
  since == null || since === "" ? "<unknown>" : duration(now.getTime() - Date.parse(since));

export const nameColumn: Column<KubeObject> = { name: "Name", cell: (object) => object.metadata.name };
export const ageColumn: Column<KubeObject> = {
  name: "Age",
  cell: (object, now) => age(object.metadata.creationTimestamp, now),
};
export const createdColumn: Column<KubeObject> = {
  name: "Created At",
  type: "date",
  cell: (object) => object.metadata.creationTimestamp,
};
/** A column that shows the value at a path (`spec.type`), or a word when there is none. */
export const field = (name: string, path: string, none: Cell = "", wide = false): Column<KubeObject> => ({
  name,
  wide,
  type: typeof none === "number" ? "integer" : "string",
  cell: (object) => cellOf(at(object, path.split("."))) ?? none,
});
const cellOf = (value: Json | undefined): Cell | undefined =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : undefined;

export const labelText = (labels: Record<string, string> | undefined): string =>
  joined(
    Object.entries(labels ?? {})
      .sort()
      .map(([key, value]) => `${key}=${value}`),
  );
/** Words with commas between, or `<none>`. */
export const joined = (words: readonly string[]): string => (words.length === 0 ? "<none>" : words.join(","));
/** The first three and how many more. */
export const firstThree = (words: readonly string[]): string =>
  words.length > 3 ? `${words.slice(0, 3).join(",")} + ${words.length - 3} more...` : joined(words);

/** A selector in one line (metav1.FormatLabelSelector). */
export function selectorText(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const others = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "Exists") return key;
    if (operator === "DoesNotExist") return `!${key}`;
    return `${key} ${operator.toLowerCase()} (${[...values].sort().join(",")})`;
  });
  return joined([...equal, ...others].sort());
}

/** Containers, Images and Selector of anything that has a pod template. */
export const templateColumns = <T>(
  template: (object: T) => { spec: PodSpec },
  selector?: (object: T) => LabelSelector | undefined,
): Column<T>[] => {
  const list = (name: string, of: (container: Container) => string): Column<T> => ({
    name,
    wide: true,
    cell: (object) => template(object).spec.containers.map(of).join(","),
  });
  const columns = [list("Containers", ({ name }) => name), list("Images", ({ image }) => image ?? "")];
  return selector === undefined
    ? columns
    : [...columns, { name: "Selector", wide: true, cell: (object) => selectorText(selector(object)) }];
};

/** The columns of a custom resource, from the JSONPaths of its definition (plain paths are all that they use). */
export const customColumns = (columns: readonly PrinterColumn[]): Column<KubeObject>[] => [
  nameColumn,
  ...columns.map(
    ({ name, jsonPath, type, priority = 0 }): Column<KubeObject> => ({
      name,
      wide: priority > 0,
      type: type === "date" || type === "integer" || type === "boolean" ? type : "string",
      cell: (object, now) => {
        const value = at(object, jsonPath.replace(/^\./, "").split("."));
        if (type === "date") return age(typeof value === "string" ? value : undefined, now);
        return cellOf(value) ?? (value === undefined ? "" : JSON.stringify(value));
      },
    }),
  ),
];

export const keysOf = (value: Json | undefined): number =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
/** A condition's status, by its type. */
export const conditionOf = (object: KubeObject, type: string): string | undefined => {
  const { conditions } = section(object, "status");
  const found = Array.isArray(conditions) ? conditions.filter(isObject).find((each) => each.type === type) : undefined;
  return typeof found?.status === "string" ? found.status : undefined;
};
