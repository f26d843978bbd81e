import { type JsonObject, section } from "../../json.ts";
import { type Secret } from "../../objects.ts";
import { ageColumn, field, keysOf, nameColumn } from "../columns.ts";
import { kindOf } from "../kind.ts";
import { configKey } from "../names.ts";
import { type Cause, missing } from "../schema.ts";
import { frozenWhenImmutable } from "./config-map.ts";

/** stringData is write-only: it ends up, encoded, in data. */
function encodeStringData(secret: JsonObject): void {
  const encoded = Object.entries(section(secret, "stringData")).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  if (encoded.length > 0) secret.data = { ...section(secret, "data"), ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

const REQUIRED_KEYS: Record<string, readonly string[]> = {
  "kubernetes.io/dockercfg": [".dockercfg"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
};

const typeNeedsKeys = (secret: JsonObject): Cause[] =>
  (REQUIRED_KEYS[String(secret.type)] ?? [])
    .filter((key) => section(secret, "data")[key] === undefined)
    .map((key) => missing(`data[${key}]`));

export const secrets = kindOf<Secret>("v1", "secrets", {
  rules: [
    {
      "core.v1.Secret": {
        fields: { type: { default: "Opaque" }, data: { checkKey: configKey } },
        complete: encodeStringData,
        check: typeNeedsKeys,
      },
    },
  ],
  fieldLabels: ["type"],
  immutable: ["type"],
  validateUpdate: frozenWhenImmutable,
  columns: [nameColumn, field("Type", "type"), { name: "Data", cell: (one) => keysOf(one.data) }, ageColumn],
});
