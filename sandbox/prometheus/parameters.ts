import { type Exchange } from "../platform/exchange.ts";
import { durationOf } from "./promql/literals.ts";
import { badData } from "./replies.ts";

/** Parameters of the query string and, in a POST, of the form. */
export async function parametersOf({ method, query, body }: Exchange): Promise<URLSearchParams> {
  const all = new URLSearchParams(query);
  if (method === "POST")
    for (const [name, value] of new URLSearchParams((await body()).toString())) all.append(name, value);
  return all;
}

/** A Unix time in seconds or RFC 3339, in milliseconds. */
export function timeOf(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? "";
  const ms = readTime(text);
  if (Number.isNaN(ms)) throw badData(`invalid parameter "${name}": ${noTime(text)}`);
  return ms;
}

/** The same where it may be left out; Prometheus has another sentence for it there. */
export function optionalTimeOf(parameters: URLSearchParams, name: string, otherwise: number): number {
  const text = parameters.get(name) ?? "";
  const ms = text === "" ? otherwise : readTime(text);
  if (Number.isNaN(ms)) throw badData(`invalid parameter "${name}": Invalid time value for '${name}': ${noTime(text)}`);
  return ms;
}

const noTime = (text: string): string => `cannot parse ${JSON.stringify(text)} to a valid timestamp`;

const readTime = (text: string): number =>
  Math.round(/^-?\d+(\.\d*)?(e[+-]?\d+)?$/i.test(text) ? Number(text) * 1000 : isoTime(text));

const isoTime = (text: string): number =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;

/** A number of seconds or a duration, in milliseconds. */
export function stepOf(parameters: URLSearchParams, name = "step"): number {
  const text = parameters.get(name) ?? "";
  const ms = text !== "" && Number.isFinite(Number(text)) ? Number(text) * 1000 : durationOf(text);
  if (ms === undefined)
    throw badData(`invalid parameter "${name}": cannot parse ${JSON.stringify(text)} to a valid duration`);
  return Math.round(ms);
}
