import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVERY_KIND } from "../../clients/kubectl-manifests.ts";
import { type Ground, type Json, startGround } from "./kubernetes-ground.ts";

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.stop());

type Sent = { method: string; path: string; type: string; body: string | Uint8Array<ArrayBuffer> | undefined };

const collections = async (): Promise<Map<string, string>> => {
  const found = new Map<string, string>();
  const groups: string[] = (await ground.call("GET", "/apis")).body.groups.flatMap(({ versions }: Json) =>
    versions.map(({ groupVersion }: Json) => groupVersion),
  );
  for (const version of ["v1", ...groups]) {
    const root = version === "v1" ? "/api/v1" : `/apis/${version}`;
    for (const { name, kind, namespaced, verbs } of (await ground.call("GET", root)).body.resources)
      if (!name.includes("/") && verbs.includes("create") && verbs.includes("list"))
        found.set(`${version}/${kind}`, `${root}${namespaced ? "/namespaces/default" : ""}/${name}`);
  }
  return found;
};

const strange = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom("", "__proto__", -1, 2 ** 53, 1e400, "1Gi", "99999999999999999999", null, [], {}, [null], [[]]),
);

/** A valid object in which one value somewhere has become another. */
const bent = fc.constantFrom(...EVERY_KIND).chain((object) =>
  fc.tuple(fc.nat(), strange, fc.boolean()).map(([place, value, isRemoved]) => {
    const copy: Json = structuredClone(object);
    const places: [holder: Json, key: string][] = [];
    const visit = (holder: Json): void => {
      for (const key of Object.keys(holder)) {
        places.push([holder, key]);
        if (typeof holder[key] === "object" && holder[key] !== null) visit(holder[key]);
      }
    };
    visit(copy);
    const [holder, key = ""] = places[place % places.length] ?? [copy];
    if (isRemoved) delete holder[key];
    else holder[key] = value;
    return { key: `${object.apiVersion}/${object.kind}`, name: object.metadata.name, object: copy };
  }),
);

const PATCHES = ["strategic-merge-patch+json", "merge-patch+json", "json-patch+json", "apply-patch+yaml"];
const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
const media = fc.constantFrom(
  ...["application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "text/plain", ""],
  ...PATCHES.map((patch) => `application/${patch}`),
);
const query = fc
  .dictionary(
    fc.constantFrom(
      "limit",
      "continue",
      "labelSelector",
      "fieldSelector",
      "dryRun",
      "fieldManager",
      "force",
      "resourceVersion",
      "watch",
    ),
    fc.oneof(fc.string(), fc.constantFrom("true", "All", "1", "-1", "a=b", "a in (", "metadata.name=one")),
  )
  .map((given) => new URLSearchParams({ ...given, timeoutSeconds: "0" }).toString());

/** Whether an answer is one that the API gives: never one of a fault inside of it. */
function refusals({ status, body }: { status: number; body: Json }): string[] {
  if (status < 400) return [];
  const isStatus = body?.kind === "Status" && body?.code === status && body?.status === "Failure";
  const isApplyRefusal = status === 500 && String(body?.message).startsWith("failed to create typed patch object");
  const isWatchRefusal = status === 500 && String(body?.message).includes("strconv.ParseUint");
  if (status === 500 && !isApplyRefusal && !isWatchRefusal) return [`500: ${JSON.stringify(body)}`];
  return isStatus ? [] : [`not a Status: ${status} ${JSON.stringify(body)?.slice(0, 200)}`];
}

async function send({ method: verb, path, type, body }: Sent): Promise<{ status: number; body: Json }> {
  const headers = { authorization: `Bearer ${ground.cluster.token}`, "content-type": type };
  const isRead = verb === "GET" || verb === "HEAD";
  const response = await fetch(ground.cluster.url + path, { method: verb, headers, body: isRead ? undefined : body });
  const text = await response.text();
  if (verb === "HEAD") return { status: Math.min(response.status, 399), body: text };
  const isJson = response.headers.get("content-type")?.includes("json") === true && response.status >= 400;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

describe("the API server", () => {
  it("refuses bent objects, strange bodies and strange questions in its own words, many at a time", async () => {
    const paths = await collections();
    const request = fc
      .tuple(method, bent, media, query, fc.boolean(), fc.oneof(strange, fc.uint8Array({ maxLength: 64 })), fc.nat(3))
      .map(([verb, { key, name, object }, type, asked, isNamed, noise, mood]): Sent => {
        const path = `${paths.get(key) ?? "/api/v1/configmaps"}${isNamed ? `/${name}` : ""}?${asked}`;
        const magic = type.includes("protobuf") ? [107, 56, 115, 0] : [];
        const bytes = noise instanceof Uint8Array ? Uint8Array.from([...magic, ...noise]) : JSON.stringify(noise);
        return { method: verb, path, type, body: mood === 0 ? bytes : JSON.stringify(object) };
      });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const answers = await Promise.all(requests.map(send));
        expect(answers.flatMap(refusals)).toEqual([]);
      }),
      { numRuns: 300, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
    );
  });

  it("refuses what is too large, waits for nobody who is slow, and drops what is not HTTP", async () => {
    const large = JSON.stringify({ metadata: { name: "large" }, data: { a: "x".repeat(4 * 1024 * 1024) } });
    const answer = await ground.call("POST", "/api/v1/namespaces/default/configmaps", large).catch(() => undefined);
    expect(answer?.status ?? 413).toBe(413);
    const { port } = new URL(ground.cluster.url);
    const slow = Array.from({ length: 20 }, () => connect(Number(port), "127.0.0.1"));
    for (const socket of slow)
      socket.on("error", () => socket.destroy()).write("POST /api/v1/namespaces HTTP/1.1\r\nHost:");
    const noise = connect(Number(port), "127.0.0.1").resume();
    const ended = new Promise((resolve) => noise.on("close", resolve).on("error", () => noise.destroy()));
    noise.write(Buffer.from([0, 1, 2, 3, 255, 13, 10, 13, 10]));
    expect((await ground.call("GET", "/api/v1/namespaces/default")).status).toBe(200);
    await ended;
    for (const socket of slow) socket.destroy();
  });

  it("lets one of many writers win, and tells the others", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    const { body } = await ground.call("POST", path, { metadata: { name: "contested" }, data: { n: "0" } });
    const writes = Array.from({ length: 20 }, (_, n) =>
      ground.call("PUT", `${path}/contested`, { metadata: body.metadata, data: { n: String(n + 1) } }),
    );
    const statuses = (await Promise.all(writes)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(19);
  });

  it("has a whole state after all that, and the same one after a restart", async () => {
    const settled = [
      "configmaps",
      "secrets",
      "services",
      "ingresses",
      "virtualservices",
      "prometheusrules",
      "networkpolicies",
    ];
    const paths = [...(await collections()).values()];
    const uids = new Set<string>();
    const state = async (): Promise<Json> => {
      const lists = await Promise.all(
        paths.filter((path) => settled.includes(path.split("/").at(-1) ?? "")).map((path) => ground.call("GET", path)),
      );
      return lists.map(({ status, body }) => [status, body.kind, body.items]);
    };
    for (const path of paths) {
      const { status, body } = await ground.call("GET", path);
      expect(status).toBe(200);
      for (const { metadata } of body.items) {
        expect(Number(metadata.resourceVersion)).toBeLessThanOrEqual(Number(body.metadata.resourceVersion));
        if (!/v1beta1|v1alpha3|autoscaling\/v1|events\.k8s/.test(path)) expect(uids).not.toContain(metadata.uid);
        uids.add(metadata.uid);
        const one = await ground.call("GET", `${path}/${encodeURIComponent(metadata.name)}`);
        expect(one.status === 200 || one.status === 404).toBe(true);
      }
    }
    const before = await state();
    await ground.restart();
    expect(await state()).toEqual(before);
  });
});
