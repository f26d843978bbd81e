import { type JsonObject } from "../../json.ts";
import { type OpenApi, referenced, TYPES } from "../../kinds/facts.ts";
import { SERVED } from "../../kinds/index.ts";
import { type Kind } from "../../kinds/kind.ts";
import { VERSION } from "../../kinds/version.ts";
import { objectPath } from "../openapi.ts";
import { messagesIn } from "./messages.ts";

/** The media type of an OpenAPI v2 document as github.com/google/gnostic-models encodes it (clients still ask for `v2@v1.0`). */
export const OPENAPI_V2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

let encoded: Uint8Array | undefined;
/** All types in one OpenAPI v2 document, for clients that do not know v3. */
export function openApiV2(): Uint8Array {
  if (encoded !== undefined) return encoded;
  const document = messagesIn("openapi-v2.json").lookupType("Document");
  const content = {
    swagger: "2.0",
    info: { title: "Kubernetes", version: VERSION },
    paths: { path: SERVED.map((kind) => ({ name: objectPath(kind), value: { patch: operation(kind) } })) },
    definitions: { additionalProperties: [...TYPES].map(([name, type]) => ({ name, value: schemaOf(type) })) },
  };
  return (encoded = document.encode(document.fromObject(content)).finish());
}

const extension = (name: string, value: unknown): JsonObject => ({ name, value: { yaml: JSON.stringify(value) } });

function operation({ group, version, kind }: Kind): JsonObject {
  const parameters = ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
    parameter: { nonBodyParameter: { queryParameterSubSchema: { name, in: "query", type: "string" } } },
  }));
  return { parameters, vendorExtension: [extension("x-kubernetes-group-version-kind", { group, version, kind })] };
}

function schemaOf(type: OpenApi): JsonObject {
  const ref = type.$ref ?? (type.allOf?.length === 1 ? type.allOf[0]?.$ref : undefined);
  if (ref !== undefined) return { _ref: `#/definitions/${referenced(ref)}` };
  const { properties, items, additionalProperties, required = [], format, oneOf } = type;
  // Version 2 knows no alternatives: what may be a number or a text is a text.
  const name = type.type ?? (oneOf === undefined ? undefined : "string");
  return {
    format,
    required,
    type: name === undefined ? undefined : { value: [name] },
    properties: properties && {
      additionalProperties: Object.entries(properties).map(([key, value]) => ({ name: key, value: schemaOf(value) })),
    },
    items: items && { schema: [schemaOf(items)] },
    additionalProperties:
      typeof additionalProperties === "object" ? { schema: schemaOf(additionalProperties) } : undefined,
    vendorExtension: Object.entries(type)
      .filter(([key]) => key.startsWith("x-kubernetes-"))
      .map(([key, value]) => extension(key, value)),
  };
}
