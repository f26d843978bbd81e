import { type Exchange, empty, json, Refusal, type Reply } from "../../platform/exchange.ts";
import { html, jenkinsHeaders } from "../access.ts";
import { applyTree, TreeError } from "../tree.ts";

/** An object of the remote API, cut by the request's `tree` or else by the address's own default. */
export function apiReply(exchange: Exchange, value: unknown, defaultTree: string): Reply {
  try {
    return json(200, applyTree(value, exchange.query.get("tree") ?? defaultTree), {
      ...jenkinsHeaders,
      "content-type": "application/json;charset=utf-8",
    });
  } catch (error) {
    if (error instanceof TreeError) throw new Refusal(html(400, "Bad Request", `Tree parameter: ${error.message}`));
    throw error;
  }
}

export const notFound = (): Refusal => new Refusal(html(404, "Not Found", "The requested resource was not found."));

/** Jenkins answers most actions of a page with a redirect to it. */
export const redirect = (location: string): Reply => ({ status: 302, headers: { ...jenkinsHeaders, location } });

/** Done, with nothing to say. */
export const done = (): Reply => empty(200, { ...jenkinsHeaders, "content-length": 0 });
