import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Expired, type KubernetesObject } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Invalid, NotFound, Unavailable } from "#lib/platform/errors";
import { type Answer, type FaultyServer, json, startFaultyServer } from "./faulty-server.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

const status = (code: number, rest: Record<string, unknown>) =>
  json({ kind: "Status", apiVersion: "v1", status: "Failure", code, ...rest }, { status: code });
const pod = (resourceVersion: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "shop-1", namespace: "dev", resourceVersion },
});
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

let server: FaultyServer;
const clients: { close(): void }[] = [];
const kubernetes = () => {
  const client = createKubernetes({ kubeconfig: kubeconfigOf(server.url), random: () => 0 });
  clients.push(client);
  return client;
};
beforeAll(async () => {
  server = await startFaultyServer();
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => server.stop());

describe("watching", () => {
  const watchPods = async (answer: Answer, signal?: AbortSignal) => {
    const events: KubernetesObject[] = [];
    const bookmarks: string[] = [];
    server.answer(answer);
    const ended = kubernetes().watch(KINDS.pod, "dev", {
      resourceVersion: "1",
      signal,
      onEvent: ({ object }) => void events.push(object),
      onBookmark: (resourceVersion) => void bookmarks.push(resourceVersion),
    });
    return { ended, events, bookmarks };
  };

  it("tells events and bookmarks in order, however the wire cuts them, until the server ends", async () => {
    const text = Buffer.from(line("ADDED", pod("2")) + line("BOOKMARK", { metadata: { resourceVersion: "3" } }));
    const { ended, events, bookmarks } = await watchPods({
      pieces: [text.subarray(0, 30), text.subarray(30)],
      then: "end",
    });
    await ended;
    expect(events.map((event) => event.metadata.resourceVersion)).toEqual(["2"]);
    expect(bookmarks).toEqual(["3"]);
    expect(server.seen[0]?.url).toContain("allowWatchBookmarks=true");
  });

  it("takes a 410 before and within the watch for expired", async () => {
    const before = await watchPods(status(410, { reason: "Expired", message: "too old resource version" }));
    await expect(before.ended).rejects.toThrow(Expired);
    const error = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version" };
    const within = await watchPods({ pieces: [line("ERROR", error)], then: "hang" });
    await expect(within.ended).rejects.toThrow(Expired);
  });

  it("takes any other error within the watch for its end", async () => {
    const error = { kind: "Status", code: 500, message: "etcd is away" };
    const { ended } = await watchPods({ pieces: [line("ERROR", error)], then: "hang" });
    await expect(ended).rejects.toThrow("etcd is away");
  });

  it("forgets a line that the end has cut", async () => {
    const { ended, events } = await watchPods({
      pieces: [line("ADDED", pod("2")), '{"type":"ADDED","obj'],
      then: "end",
    });
    await ended;
    expect(events).toHaveLength(1);
  });

  it("says so when the connection breaks", async () => {
    const { ended } = await watchPods({ pieces: [line("ADDED", pod("2"))], then: "reset" });
    await expect(ended).rejects.toThrow(Unavailable);
  });

  it("ends quietly when it is called off", async () => {
    const caller = new AbortController();
    const arrived = server.nextRequest();
    const { ended } = await watchPods({ pieces: [], then: "hang" }, caller.signal);
    await arrived;
    caller.abort();
    await ended;
  });

  it("lets the listener's own failure through", async () => {
    server.answer({ pieces: [line("ADDED", pod("2"))], then: "hang" });
    const watched = kubernetes().watch(KINDS.pod, "dev", {
      resourceVersion: "1",
      onEvent: () => Promise.reject(new Invalid("the listener's")),
    });
    await expect(watched).rejects.toThrow("the listener's");
  });
});

describe("reading a log", () => {
  const read = async (answer: Answer, signal?: AbortSignal) => {
    server.answer(answer);
    const lines: string[] = [];
    for await (const text of kubernetes().readLog("dev", "shop-1", { follow: true, timestamps: true, signal }))
      lines.push(text);
    return lines;
  };

  it("gives whole lines, however the wire cuts them, and the last words without an end", async () => {
    const text = Buffer.from("eins\r\nzwei grüße\ndrei");
    const cut = text.indexOf(Buffer.from("ü")) + 1;
    expect(await read({ pieces: [text.subarray(0, cut), text.subarray(cut)], then: "end" })).toEqual([
      "eins",
      "zwei grüße",
      "drei",
    ]);
    expect(server.seen[0]?.url).toBe("/api/v1/namespaces/dev/pods/shop-1/log?follow=true&timestamps=true");
  });

  it("drops half a line and says so when the connection breaks", async () => {
    server.answer({ pieces: ["eins\nzw"], then: "reset" });
    const lines: string[] = [];
    const reading = (async () => {
      for await (const text of kubernetes().readLog("dev", "shop-1", { follow: true })) lines.push(text);
    })();
    await expect(reading).rejects.toThrow(Unavailable);
    expect(lines).not.toContain("zw");
  });

  it("finds no log where the node says, as the log itself, that it has cleared the container away", async () => {
    const words = `unable to retrieve container logs for containerd://${"0a".repeat(32)}`;
    await expect(read({ pieces: [words], then: "end" })).rejects.toThrow(NotFound);
  });

  it("says that a container has not started yet, as something that passes", async () => {
    const answer = status(400, {
      reason: "BadRequest",
      message: 'container "app" in pod "shop-1" is waiting to start: ContainerCreating',
    });
    await expect(read(answer)).rejects.toMatchObject({
      code: "unavailable",
      message: "The container has not started yet.",
    });
  });

  it("ends quietly when it is called off", async () => {
    const caller = new AbortController();
    const arrived = server.nextRequest();
    const reading = read({ pieces: ["eins\n"], then: "hang" }, caller.signal);
    await arrived;
    caller.abort();
    expect((await reading).length).toBeLessThanOrEqual(1);
  });
});
