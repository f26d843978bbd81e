import { type ServerResponse } from "node:http";
import { bodyText, isObject, type JsonObject } from "../json.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { type KubeObject } from "../objects.ts";
import { type DeleteOptions, type Resources, type WriteOptions } from "../store/resources.ts";
import { readBody, readObject } from "./body.ts";
import { filterOf, type Lists, type Measure } from "./list.ts";
import { checkListOptions } from "./list-options.ts";
import { patchObject } from "./patch.ts";
import { flagOf, numberOf, type Request, shown, stored, type Target } from "./request.ts";
import { badRequest, invalidOption, methodNotAllowed, noSuchPath, notFound } from "./status.ts";
import { tableOf, wantsTable } from "./table.ts";
import { watch } from "./watch.ts";

export type Handler = (request: Request, target: Target & { name: string }) => Promise<void> | void;

/** What the verbs work on. `subresources` holds the handlers that are not plain objects, by "plural/subresource". */
export type Api = {
  resources: Resources;
  lists: Lists;
  now: () => Date;
  bookmarkEveryMs: number;
  subresources: ReadonlyMap<string, Handler>;
  /** Kinds whose objects are not stored but made when they are asked for. */
  measured: ReadonlyMap<Kind, Measure>;
};

export function send(request: Request, code: number, body: JsonObject, type = "application/json"): void {
  request.response.writeHead(code, { "content-type": type, "cache-control": "no-cache, private" });
  request.response.end(`${JSON.stringify(body)}\n`);
}

/** A warning as kubectl prints it (RFC 7234, section 5.5); a header holds printable ASCII only. */
const warn = (response: ServerResponse, sentence: string): void => {
  response.appendHeader("warning", `299 - ${JSON.stringify(sentence.replace(/[^\x20-\x7e]/g, "?"))}`);
};

const OPTIONS: Record<string, string> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

/** A write's manager, dry run and strictness, as the query and the client's name say them. */
export function writeOptions(request: Request, subresource?: "status"): WriteOptions {
  const { query, incoming, response } = request;
  const dryRun = query.getAll("dryRun");
  if (dryRun.some((value) => value !== "All"))
    throw invalidOption(OPTIONS[request.method] ?? "CreateOptions", "dryRun", dryRun, ["All"]);
  const validation = query.get("fieldValidation") ?? "Warn";
  if (validation !== "Ignore" && validation !== "Warn" && validation !== "Strict")
    throw invalidOption(OPTIONS[request.method] ?? "CreateOptions", "fieldValidation", validation, [
      ...["", "Ignore", "Strict", "Warn"],
    ]);
  const manager = query.get("fieldManager") ?? (incoming.headers["user-agent"] ?? "").split("/")[0] ?? "";
  return {
    manager: manager === "" ? "unknown" : manager,
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    warn: (sentence) => warn(response, sentence),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

export async function serveResource(api: Api, request: Request, target: Target): Promise<void> {
  if (target.kind.deprecated !== undefined) warn(request.response, target.kind.deprecated);
  if (target.name === undefined) return serveCollection(api, request, target);
  const named = { ...target, name: target.name };
  if (target.subresource === undefined || (target.subresource === "status" && target.kind.status))
    return serveObject(api, request, named);
  const handler =
    api.subresources.get(`${target.kind.plural}/${target.subresource}`) ??
    (target.kind.scale ? api.subresources.get(`*/${target.subresource}`) : undefined);
  if (handler === undefined) throw noSuchPath();
  await handler(request, named);
}

async function serveCollection(api: Api, request: Request, target: Target): Promise<void> {
  const { kind, namespace } = target;
  const measure = api.measured.get(kind);
  if (measure !== undefined && (request.method !== "GET" || flagOf(request.query, "watch"))) throw methodNotAllowed();
  switch (request.method) {
    case "GET":
      checkListOptions(request, api.resources.store);
      if (flagOf(request.query, "watch"))
        return watch(target, request, {
          store: api.resources.store,
          now: api.now,
          bookmarkEveryMs: api.bookmarkEveryMs,
        });
      return sendList(api, request, target);
    case "POST": {
      if (kind.namespaced && namespace === undefined) throw methodNotAllowed();
      const body = stored(target, await readObject(request.incoming));
      const created = api.resources.create(kind, namespace, body, writeOptions(request));
      return send(request, 201, shown(target, created));
    }
    case "DELETE": {
      const options = await deleteOptions(request);
      const chosen = api.resources.store.list(kind, namespace).filter(filterOf(target, request.query));
      for (const object of chosen) api.resources.delete(kind, object.metadata.namespace, object.metadata.name, options);
      return sendItems(request, target, chosen, { resourceVersion: String(api.resources.store.revision) });
    }
    default:
      throw methodNotAllowed();
  }
}

function sendList(api: Api, request: Request, target: Target): void {
  const page = api.lists.page(target, request.query, api.measured.get(target.kind));
  const metadata: JsonObject = { resourceVersion: page.resourceVersion };
  if (page.continue !== undefined)
    Object.assign(metadata, { continue: page.continue, remainingItemCount: page.remaining });
  if (wantsTable(request.incoming.headers.accept))
    send(request, 200, tableOf(target, page.items, metadata, api.now(), request.query.get("includeObject")));
  else sendItems(request, target, page.items, metadata);
}

const ITEMS_AT_ONCE = 200;

/** A list, in pieces: ten thousand pods are fifty megabytes. Items carry no kind of their own, as the real server leaves it out. */
function sendItems({ response }: Request, target: Target, items: KubeObject[], metadata: JsonObject): void {
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  const head = { kind: `${target.version.kind}List`, apiVersion: apiVersionOf(target.version), metadata };
  response.write(`${JSON.stringify(head).slice(0, -1)},"items":[`);
  const texts = items.map((item) => (target.version.view === undefined ? bodyText(item) : viewText(target, item)));
  for (let from = 0; from < texts.length; from += ITEMS_AT_ONCE)
    response.write(`${from === 0 ? "" : ","}${texts.slice(from, from + ITEMS_AT_ONCE).join(",")}`);
  response.end("]}\n");
}

function viewText(target: Target, item: KubeObject): string {
  const { kind: _kind, apiVersion: _apiVersion, ...body } = shown(target, item);
  return JSON.stringify(body);
}

async function serveObject(api: Api, request: Request, target: Target & { name: string }): Promise<void> {
  const { kind, namespace, name } = target;
  const measure = api.measured.get(kind);
  if (measure !== undefined) {
    const found = measure(namespace, []).find((one) => one.metadata.name === name);
    if (found === undefined) throw notFound(kind, name);
    if (request.method !== "GET") throw methodNotAllowed();
    return sendObject(api, request, target, found);
  }
  const options = writeOptions(request, target.subresource === "status" ? "status" : undefined);
  switch (request.method) {
    case "GET": {
      if (flagOf(request.query, "watch"))
        return watch(target, request, {
          store: api.resources.store,
          now: api.now,
          bookmarkEveryMs: api.bookmarkEveryMs,
        });
      return sendObject(api, request, target, api.resources.get(kind, namespace, name));
    }
    case "PUT": {
      const body = stored(target, await readObject(request.incoming));
      return send(request, 200, shown(target, api.resources.update(kind, namespace, name, body, options)));
    }
    case "PATCH": {
      const { object, created } = await patchObject(api.resources, request, target, options);
      return send(request, created ? 201 : 200, shown(target, object));
    }
    case "DELETE": {
      if (target.subresource !== undefined) throw methodNotAllowed();
      const { object, gone } = api.resources.delete(kind, namespace, name, await deleteOptions(request));
      if (!gone || kind.plural === "pods") return send(request, 200, shown(target, object));
      const details = {
        name,
        ...(kind.group === "" ? {} : { group: kind.group }),
        kind: kind.plural,
        uid: object.metadata.uid,
      };
      return send(request, 200, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details });
    }
    default:
      throw methodNotAllowed();
  }
}

function sendObject(api: Api, request: Request, target: Target, object: KubeObject): void {
  if (!wantsTable(request.incoming.headers.accept)) return send(request, 200, shown(target, object));
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  send(request, 200, tableOf(target, [object], metadata, api.now(), request.query.get("includeObject")));
}

const POLICIES = ["Orphan", "Background", "Foreground"] as const;

/** Options of a deletion: in the body, or the older way in the query. */
export async function deleteOptions(request: Request): Promise<DeleteOptions> {
  const body = await readBody(request.incoming);
  return parseDeleteOptions(isObject(body) ? body : {}, request);
}

export function parseDeleteOptions(given: JsonObject, request: Request): DeleteOptions {
  const policy =
    given.propagationPolicy ??
    request.query.get("propagationPolicy") ??
    (given.orphanDependents === true ? "Orphan" : undefined);
  const propagationPolicy = POLICIES.find((each) => each === policy);
  if (policy !== undefined && propagationPolicy === undefined)
    throw badRequest(`propagationPolicy: Unsupported value: ${JSON.stringify(policy)}`);
  const grace =
    typeof given.gracePeriodSeconds === "number"
      ? given.gracePeriodSeconds
      : numberOf(request.query, "gracePeriodSeconds");
  if (grace !== undefined && grace < 0)
    throw badRequest(`gracePeriodSeconds: Invalid value: ${grace}: must be greater than or equal to 0`);
  const conditions = isObject(given.preconditions) ? given.preconditions : {};
  const dryRun = (Array.isArray(given.dryRun) && given.dryRun.includes("All")) || writeOptions(request).dryRun === true;
  return {
    dryRun,
    gracePeriodSeconds: grace,
    propagationPolicy,
    preconditions: {
      ...(typeof conditions.uid === "string" ? { uid: conditions.uid } : {}),
      ...(typeof conditions.resourceVersion === "string" ? { resourceVersion: conditions.resourceVersion } : {}),
    },
  };
}
