import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type Json } from "../json.ts";

/** OpenAPI v3 as Kubernetes and its custom resources use it. */
export type OpenApi = {
  type?: "string" | "integer" | "number" | "boolean" | "object" | "array";
  format?: string;
  default?: Json;
  enum?: string[];
  nullable?: boolean;
  properties?: Record<string, OpenApi>;
  required?: string[];
  additionalProperties?: OpenApi | boolean;
  items?: OpenApi;
  $ref?: string;
  allOf?: OpenApi[];
  anyOf?: OpenApi[];
  oneOf?: OpenApi[];
  not?: OpenApi;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  "x-kubernetes-group-version-kind"?: { group: string; version: string; kind: string }[];
  /** Rules in CEL, those that are known by their text (scripts/kubernetes-facts/facts.ts). */
  "x-kubernetes-validations"?: { rule: string; message: string }[];
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
  "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  "x-kubernetes-list-map-keys"?: string[];
  "x-kubernetes-map-type"?: "atomic" | "granular";
  "x-kubernetes-patch-merge-key"?: string;
  "x-kubernetes-patch-strategy"?: string;
};

const resource = z.object({
  name: z.string(),
  singularName: z.string(),
  namespaced: z.boolean(),
  kind: z.string(),
  group: z.string().optional(),
  version: z.string().optional(),
  shortNames: z.array(z.string()).optional(),
  categories: z.array(z.string()).optional(),
  verbs: z.array(z.string()),
});
/** One row of a `meta.k8s.io/v1` APIResourceList: a resource, or one of its subresources (`pods/log`). */
export type Resource = z.infer<typeof resource>;

const printerColumn = z.object({
  name: z.string(),
  jsonPath: z.string(),
  type: z.string(),
  priority: z.number().optional(),
});
/** A printed column of a custom resource, as its definition has it. */
export type PrinterColumn = z.infer<typeof printerColumn>;

const file = z.object({
  resources: z.record(z.string(), z.array(resource)),
  columns: z.record(z.string(), z.array(printerColumn)).default({}),
  schemas: z.record(
    z.string(),
    z.custom<OpenApi>((value) => typeof value === "object"),
  ),
});

const FOLDER = join(import.meta.dirname, "facts");
const files = readdirSync(FOLDER).map((name) => file.parse(JSON.parse(readFileSync(join(FOLDER, name), "utf8"))));

/** The resources of each group and version, in discovery's order: `v1`, then the groups by name, stable versions first. */
export const RESOURCES: ReadonlyMap<string, readonly Resource[]> = new Map(
  files
    .flatMap(({ resources }) => Object.entries(resources))
    .sort(([a], [b]) => Number(b === "v1") - Number(a === "v1")),
);
/** All types by their OpenAPI name (`io.k8s.api.core.v1.Container`). */
export const TYPES: ReadonlyMap<string, OpenApi> = new Map(files.flatMap(({ schemas }) => Object.entries(schemas)));
export const PRINTER_COLUMNS: ReadonlyMap<string, readonly PrinterColumn[]> = new Map(
  files.flatMap(({ columns }) => Object.entries(columns)),
);

const kindOf = (group: string, version: string, kind: string): string => `${group}/${version}/${kind}`;
const KINDS = new Map(
  [...TYPES].flatMap(([name, type]) =>
    (type["x-kubernetes-group-version-kind"] ?? []).map(
      (one) => [kindOf(one.group, one.version, one.kind), name] as const,
    ),
  ),
);
/** The OpenAPI name of a kind's type. */
export const typeNameOf = (group: string, version: string, kind: string): string | undefined =>
  KINDS.get(kindOf(group, version, kind));

export const referenced = (ref: string): string => ref.slice("#/components/schemas/".length);
