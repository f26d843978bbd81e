import { type IncomingMessage } from "node:http";
import { type HeaderEdits } from "./plan.ts";

export type Headers = Record<string, string | string[]>;

/** Meant for one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/** The headers that travel on: all but those of this connection, and those that the Connection header names. */
export function endToEnd({ headersDistinct: all }: IncomingMessage): Headers {
  const named = (all.connection ?? []).flatMap((line) => line.split(",")).map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named, "expect"]);
  const kept = Object.entries(all).filter(([name, values]) => !dropped.has(name) && values !== undefined);
  return Object.fromEntries(
    kept.map(([name, values = []]) => [name, values.length === 1 ? (values[0] ?? "") : values]),
  );
}

/** Removes, then sets, then adds; later edits see what earlier ones did. */
export function edit(headers: Headers, edits: (HeaderEdits | undefined)[]): Headers {
  const edited = { ...headers };
  for (const { set = {}, add = {}, remove = [] } of edits.filter((each) => each !== undefined)) {
    for (const name of remove) delete edited[name.toLowerCase()];
    for (const [name, value] of Object.entries(set)) edited[name.toLowerCase()] = value;
    for (const [name, value] of Object.entries(add))
      edited[name.toLowerCase()] = [edited[name.toLowerCase()] ?? [], value].flat();
  }
  return edited;
}
