import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import protobuf from "protobufjs";

/** A message as protobufjs reads it from JSON. Of a field, `plain` says that Go holds the value itself, not a pointer. */
type Message = { fields: Record<string, protobuf.IField> };

const DELETE_OPTIONS = "k8s.io.apimachinery.pkg.apis.meta.v1.DeleteOptions";
const UNKNOWN = "k8s.io.apimachinery.pkg.runtime.Unknown";

/** The protobuf messages of these types (by OpenAPI name), and of all that they are made of, from the modules' .proto files. */
export function messagesOf(types: readonly string[], modules: Record<string, string>): Record<string, Message> {
  const fileOf = (path: string): string => {
    const module = Object.keys(modules).find((name) => path.startsWith(`${name}/`));
    return module === undefined ? path : join(modules[module] ?? "", path.slice(module.length + 1));
  };
  const wanted = types.map((type) => type.replace(/^io\.k8s\./, "k8s.io."));
  const folders = [
    ...new Set([...wanted, UNKNOWN].map((name) => dirname(name.replace(/^k8s\.io\./, "").replaceAll(".", "/")))),
  ];
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => fileOf(target);
  root.loadSync(folders.map((folder) => `k8s.io/${folder}/generated.proto`).filter((path) => existsSync(fileOf(path))));
  root.resolveAll();

  const found: Record<string, Message> = {};
  const visit = (type: protobuf.Type): void => {
    const name = type.fullName.slice(1);
    if (found[name] !== undefined) return;
    const plain = plainFields(readFileSync(fileOf(goFile(name)), "utf8"), type.name);
    const fields = type.fieldsArray.map((field) => {
      const json = { ...field.toJSON(), type: field.resolvedType?.fullName.slice(1) ?? field.type };
      delete json.options;
      delete json.comment;
      return [field.name, plain.has(field.name) ? { ...json, options: { plain: true } } : json] as const;
    });
    found[name] = { fields: Object.fromEntries(fields) };
    for (const { resolvedType } of type.fieldsArray) if (resolvedType instanceof protobuf.Type) visit(resolvedType);
  };
  for (const name of [...wanted, DELETE_OPTIONS, UNKNOWN]) {
    const type = root.lookup(name);
    if (type instanceof protobuf.Type) visit(type);
  }
  return Object.fromEntries(Object.entries(found).sort());
}

function goFile(message: string): string {
  const folder = dirname(message.replace(/^k8s\.io\./, "").replaceAll(".", "/"));
  const name = folder.endsWith("api/resource") ? "quantity" : folder.endsWith("intstr") ? "intstr" : "types";
  return `k8s.io/${folder}/${name}.go`;
}

/** The JSON names of a Go struct's scalar fields that are no pointers. */
function plainFields(source: string, type: string): Set<string> {
  const body = new RegExp(`^type ${type} struct \\{\\n([^]*?)^\\}`, "m").exec(source)?.[1] ?? "";
  const fields = body.matchAll(/^\t\w+\s+(?:string|bool|u?int\d*|float\d+|[A-Z]\w*|\w+\.[A-Z]\w*)\s+`json:"(\w+)/gm);
  return new Set([...fields].map(([, name = ""]) => name));
}

/** The messages of an OpenAPI v2 document, as kubectl's library for it encodes one. */
export function openApiMessages(folder: string): Record<string, Message> {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith("google/") ? target : join(folder, target));
  const source = readFileSync(join(folder, "openapiv2/OpenAPIv2.proto"), "utf8").replace(/^import .*$/m, "");
  protobuf.parse(source.replaceAll("google.protobuf.Any", "bytes"), root);
  const namespace = root.lookup("openapi.v2");
  if (!(namespace instanceof protobuf.Namespace)) throw new Error("no OpenAPI v2 messages");
  return Object.fromEntries(
    namespace.nestedArray.flatMap((type) =>
      type instanceof protobuf.Type ? [[type.name, type.toJSON() as Message]] : [],
    ),
  );
}
