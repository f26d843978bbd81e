import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExecSession, type Kubernetes } from "#lib/clients/kubernetes/client";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { Invalid, NotFound, Unavailable } from "#lib/platform/errors";
import { pushImage } from "#tests/world/push-image";
import { startWorld, type World } from "#tests/world/sandbox";
import { waitFor } from "#tests/world/wait-for";
import { json, startFaultyServer } from "./faulty-server.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

const namespace = `kepler-exec-${randomUUID().slice(0, 8)}`;
const MEBIBYTE = 1024 ** 2;
const place = { container: "app", tty: false };

/** Programs in a running container, as `kubectl exec` starts them. */
describe("a program in a container", () => {
  let world: World<"kubernetes" | "registry">;
  let kubernetes: Kubernetes;

  beforeAll(async () => {
    world = await startWorld(["registry", "kubernetes"]);
    kubernetes = createKubernetes(world.kubernetes);
    const Cmd = ["node", "-e", "setInterval(() => {}, 1000)"];
    const { digest } = await pushImage(world.registry, "contract/exec", "v1", { config: { Cmd } });
    const image = `${new URL(world.registry.url).host}/contract/exec@${digest}`;
    await kubernetes.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image }] };
    await waitFor("the pod to be accepted", () =>
      kubernetes
        .apply({ apiVersion: "v1", kind: "Pod", metadata: { name: "exec", namespace }, spec })
        .catch((error: Error) => !/serviceaccount/.test(error.message) && Promise.reject(error)),
    );
    await waitFor("the pod to run", async () => {
      const pod = await kubernetes.get({ ...KINDS.pod, namespace, name: "exec" });
      return JSON.stringify(pod).includes('"phase":"Running"');
    });
  });
  afterAll(async () => {
    await kubernetes?.delete({ ...KINDS.namespace, name: namespace });
    kubernetes?.close();
    await world?.stop();
  });

  const run = (command: string[], tty = false) => kubernetes.exec(namespace, "exec", { ...place, command, tty });
  const node = (code: string, tty = false) => run(["node", "-e", code], tty);
  /** Reads until `words` have been said; the rest waits for the next call. */
  const reader = (session: ExecSession) => {
    const pieces = session.output[Symbol.asyncIterator]();
    const decoder = new TextDecoder();
    let said = "";
    return async (words: string) => {
      while (!said.includes(words)) {
        const { value, done } = await pieces.next();
        if (done) throw new Error(`ended without "${words}": ${said}`);
        said += decoder.decode(value.bytes, { stream: true });
      }
      const before = said.slice(0, said.indexOf(words) + words.length);
      said = said.slice(before.length);
      return before;
    };
  };
  const everything = async (session: ExecSession) => {
    const said = { stdout: "", stderr: "" };
    for await (const { stream, bytes } of session.output) said[stream] += Buffer.from(bytes).toString("utf8");
    return said;
  };

  it("says on which output it speaks, and its exit code", async () => {
    const session = await node('console.log("out 你好");console.error("err");process.exitCode=7');
    expect(await everything(session)).toEqual({ stdout: "out 你好\n", stderr: "err\n" });
    expect(await session.ended).toEqual({ exitCode: 7 });
    expect(await (await run(["true"])).ended).toEqual({ exitCode: 0 });
  });

  it("reads what is written to it, Chinese included, until there is no more", async () => {
    const session = await node("process.stdin.pipe(process.stdout)");
    await session.write(Buffer.from("上海 → "));
    await session.write(Buffer.from("Zürich"));
    session.endInput();
    expect((await everything(session)).stdout).toBe("上海 → Zürich");
    expect(await session.ended).toEqual({ exitCode: 0 });
  });

  it("gets a megabyte in one go, and gives it back", async () => {
    const session = await node("process.stdin.pipe(process.stdout)");
    const bytes = Buffer.alloc(MEBIBYTE, "0123456789abcdef");
    const read = everything(session);
    await session.write(bytes);
    session.endInput();
    expect((await read).stdout).toBe(bytes.toString());
  });

  it("loses no line of a flood", async () => {
    const lines = 200_000;
    const session = await node(`for(let i=0;i<${lines};i++)console.log("line "+i)`);
    const pieces = session.output[Symbol.asyncIterator]();
    const { value } = await pieces.next();
    let text = Buffer.from(value?.bytes ?? []).toString();
    for await (const { bytes } of { [Symbol.asyncIterator]: () => pieces }) text += Buffer.from(bytes).toString();
    expect(text.trimEnd().split("\n").length).toBe(lines);
    expect(text.trimEnd().endsWith(`line ${lines - 1}`)).toBe(true);
  });

  it("knows the size of its terminal and hears of a new one", async () => {
    const session = await node(
      'process.stdout.on("resize",()=>console.log("now "+process.stdout.columns));console.log("ready");process.stdin.resume()',
      true,
    );
    const until = reader(session);
    await until("ready");
    session.resize({ columns: 132, rows: 50 });
    await until("now 132");
    session.close();
  });

  it("is interrupted by Ctrl-C on a terminal", async () => {
    // Not a shell with a child: one that is just forking loses it.
    const session = await node('console.log("begun");setInterval(() => {}, 1000)', true);
    await reader(session)("begun");
    await session.write(Buffer.from("\u0003"));
    expect((await session.ended).exitCode).toBe(130);
  });

  it("cannot be what the container does not have, nor run in a container or pod that is not there", async () => {
    const session = await run(["no-such-program"]);
    await expect(session.ended).rejects.toThrow(Invalid);
    await expect(kubernetes.exec(namespace, "gone", { ...place, command: ["true"] })).rejects.toThrow(NotFound);
    const wrong = kubernetes.exec(namespace, "exec", { ...place, container: "other", command: ["true"] });
    await expect(wrong).rejects.toThrow(Invalid);
  });

  it("is lost when the connection breaks before its end was told", async () => {
    const session = await node("process.stdin.resume()");
    session.close();
    await expect(session.ended).rejects.toThrow(Unavailable);
    expect(await everything(session)).toEqual({ stdout: "", stderr: "" });
  });

  it("is given up when its caller is", async () => {
    const caller = new AbortController();
    const command = ["node", "-e", "process.stdin.resume()"];
    const session = await kubernetes.exec(namespace, "exec", { ...place, command, signal: caller.signal });
    caller.abort();
    await expect(session.ended).rejects.toThrow(Unavailable);
  });
});

it("is refused in the words of a server that does not allow it", async () => {
  const server = await startFaultyServer();
  server.answer(json({ kind: "Status", code: 403, message: 'pods "exec" is forbidden' }, { status: 403 }));
  const kubernetes = createKubernetes({ kubeconfig: kubeconfigOf(server.url) });
  const asked = kubernetes.exec("dev", "exec", { ...place, command: ["sh"] });
  await expect(asked).rejects.toThrow(/pods "exec" is forbidden/);
  kubernetes.close();
  await server.stop();
});
