import "server-only";
import { stringify } from "yaml";
import { type KubernetesObject } from "#lib/clients/kubernetes/client";

/** What the server keeps for itself: it changes with every write and says nothing about what is wanted. */
const SERVER_METADATA = ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"];
const SERVER_ANNOTATIONS = ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"];

/**
 * An object as YAML that differs only where what is wanted differs; keys in a fixed order. Values of Secrets stand as
 * empty, whoever asks: this is the one way by which objects become text.
 */
export function objectYaml(object: KubernetesObject): string {
  const { status: _, metadata, ...rest } = withoutSecrets(object);
  const kept = without(metadata, SERVER_METADATA);
  const annotations = without(metadata.annotations ?? {}, SERVER_ANNOTATIONS);
  const shown = Object.keys(annotations).length > 0 ? { ...kept, annotations } : without(kept, ["annotations"]);
  return stringify({ ...rest, metadata: shown }, { sortMapEntries: inUsualOrder, lineWidth: 0 });
}

const emptied = (values: unknown): Record<string, string> =>
  Object.fromEntries(Object.keys(typeof values === "object" && values !== null ? values : {}).map((key) => [key, ""]));

/** A Secret keeps its keys, so that whoever reads the file sees what has to be filled in. */
export function withoutSecrets(object: KubernetesObject): KubernetesObject {
  if (object.apiVersion !== "v1" || object.kind !== "Secret") return object;
  const { data, stringData, ...rest } = object;
  return { ...rest, data: { ...emptied(data), ...emptied(stringData) } };
}

const without = (record: object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));

/** As manifests are usually written: what it is first, then its name, then the rest by letter. */
const FIRST = ["apiVersion", "kind", "metadata", "name", "namespace"];
function inUsualOrder(a: { key: unknown }, b: { key: unknown }): number {
  const rank = (key: unknown) => FIRST.indexOf(String(key)) + 1 || FIRST.length + 1;
  const [x, y] = [keyText(a.key), keyText(b.key)];
  return rank(x) - rank(y) || (x < y ? -1 : 1);
}
const keyText = (key: unknown): string =>
  typeof key === "object" && key !== null && "value" in key ? String(key.value) : String(key);
