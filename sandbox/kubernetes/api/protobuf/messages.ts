import { readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs/light.js";
import { z } from "zod";

const file = z.record(
  z.string(),
  z.custom<protobuf.IType>((value) => typeof value === "object" && value !== null),
);

/** Messages of a checked-in file (written by scripts/kubernetes-facts.ts), each looked up by its full name. */
export function messagesIn(name: string): protobuf.Root {
  const root = new protobuf.Root();
  for (const [path, type] of Object.entries(
    file.parse(JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8"))),
  )) {
    const steps = path.split(".");
    const own = steps.pop() ?? "";
    (steps.length === 0 ? root : root.define(steps)).add(protobuf.Type.fromJSON(own, type));
  }
  root.resolveAll();
  return root;
}
