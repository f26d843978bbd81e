/** One request of the recording; the answers to all of them, in this order, are in answers.json. */
export type Recorded = {
  name: string;
  method: string;
  path: string;
  body?: unknown;
  /** Of the body; a patch is told by it. */
  type?: string;
  accept?: string;
};

export const SPACE = "recorded";
export const core = (rest: string): string => `/api/v1/namespaces/${SPACE}/${rest}`;
export const group = (name: string, rest: string): string => `/apis/${name}/namespaces/${SPACE}/${rest}`;
export const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
export const STRATEGIC = "application/strategic-merge-patch+json";
export const MERGE = "application/merge-patch+json";
export const JSON_PATCH = "application/json-patch+json";
export const APPLY = "application/apply-patch+yaml";

export const make = (name: string, path: string, body: unknown): Recorded => ({ name, method: "POST", path, body });
export const read = (name: string, path: string, accept?: string): Recorded => ({ name, method: "GET", path, accept });
export const patch = (name: string, path: string, type: string, body: unknown): Recorded => ({
  name,
  method: "PATCH",
  path,
  type,
  body,
});
export const remove = (name: string, path: string, body?: unknown): Recorded => ({
  name,
  method: "DELETE",
  path,
  body,
});

export const template = (labels: Record<string, string>, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: "app", image: "example.org/app:1" }], ...spec },
});
export const named = (name: string, more: object = {}) => ({ metadata: { name, ...more } });
