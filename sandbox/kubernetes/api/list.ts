import { randomBytes } from "node:crypto";
import { z } from "zod";
import { at, type JsonObject } from "../json.ts";
import { type Kind } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { parseSelector, type Selector, selects } from "../store/selectors.ts";
import { type Store } from "../store/store.ts";
import { numberOf, shown, type Target } from "./request.ts";
import { badRequest, expired } from "./status.ts";

export type Filter = (object: KubeObject) => boolean;

/** Namespace, name, labelSelector and fieldSelector of a list, watch or collection delete as one predicate. */
export function filterOf(target: Target, query: URLSearchParams): Filter {
  const { version, namespace, name } = target;
  const selector = labelsIn(query);
  const fields = (query.get("fieldSelector") ?? "")
    .split(",")
    .filter((part) => part !== "")
    .map((part) => fieldRule(version, part));
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    selects(selector, object.metadata.labels) &&
    (fields.length === 0 || holds(fields, shown(target, object)));
}

function labelsIn(query: URLSearchParams): Selector {
  const labels = query.get("labelSelector") ?? "";
  const selector = parseSelector(labels);
  if (selector === undefined)
    throw badRequest(`unable to parse requirement: invalid label selector ${JSON.stringify(labels)}`);
  return selector;
}

type FieldRule = (object: JsonObject) => boolean;
const holds = (rules: FieldRule[], object: JsonObject): boolean => rules.every((rule) => rule(object));

function fieldRule(kind: Kind, part: string): FieldRule {
  const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part);
  if (match === null) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
  const [, path = "", sign, value] = match;
  if (!["metadata.name", "metadata.namespace", ...(kind.fieldLabels ?? [])].includes(path))
    throw badRequest(`field label not supported: ${path}`);
  return (object) => (String(at(object, path.split(".")) ?? "") === value) === (sign !== "!=");
}

export type Page = { items: KubeObject[]; resourceVersion: string; continue?: string; remaining?: number };
/** The objects of a measured kind, in one namespace or in all; those with other labels need not be measured. */
export type Measure = (namespace: string | undefined, selector: Selector) => KubeObject[];
type Snapshot = { rest: KubeObject[]; revision: number; until: number };

const KEPT_MS = 5 * 60_000;
const KEPT_LISTS = 200;

/** Lists in pages. The pages of one list show one moment: the rest is kept for five minutes, then its token is 410. */
export class Lists {
  readonly #store: Store;
  readonly #now: () => Date;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(store: Store, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  /** `measure` stands in for the store where the objects are not stored. */
  page(target: Target, query: URLSearchParams, measure?: Measure): Page {
    const limit = numberOf(query, "limit") ?? 0;
    const token = query.get("continue");
    if (token !== null && token !== "") return this.#cut(this.#resume(token), limit);
    const all = measure?.(target.namespace, labelsIn(query)) ?? this.#store.list(target.kind, target.namespace);
    const rest = all.filter(filterOf(target, query));
    return this.#cut({ rest, revision: this.#store.revision, until: 0 }, limit);
  }

  #resume(token: string): Snapshot {
    const snapshot = this.#snapshots.get(idIn(token));
    if (snapshot === undefined || snapshot.until < this.#now().getTime())
      throw expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
      );
    return snapshot;
  }

  #cut({ rest, revision }: Snapshot, limit: number): Page {
    if (limit <= 0 || rest.length <= limit) return { items: rest, resourceVersion: String(revision) };
    const id = randomBytes(12).toString("base64url");
    this.#snapshots.set(id, { rest: rest.slice(limit), revision, until: this.#now().getTime() + KEPT_MS });
    for (const old of [...this.#snapshots.keys()].slice(0, -KEPT_LISTS)) this.#snapshots.delete(old);
    return {
      items: rest.slice(0, limit),
      resourceVersion: String(revision),
      continue: Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: id })).toString("base64url"),
      remaining: rest.length - limit,
    };
  }
}

/** Where a token goes on; a token that this server cannot have given is a bad request. */
function idIn(token: string): string {
  try {
    return tokenShape.parse(JSON.parse(Buffer.from(token, "base64url").toString("utf8"))).start;
  } catch {
    throw badRequest("invalid continue token: continue key is not valid");
  }
}
const tokenShape = z.object({ v: z.literal("meta.k8s.io/v1"), rv: z.number(), start: z.string() });
