import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type Ground, type Json, startGround, until } from "./kubernetes-ground.ts";

const PODS = "/api/v1/namespaces/default/pods";
const [STDIN, STDOUT, STDERR, STATUS, RESIZE, CLOSE] = [0, 1, 2, 3, 4, 255];

let ground: Ground;
beforeAll(async () => {
  ground = await startGround();
  const image = await ground.pushImage("web", { "app/greeting.txt": "hello\n" }, { WorkingDir: "/app" });
  const command = ["sh", "-c", "while read word; do echo heard $word; done; sleep 100"];
  const container = { name: "app", image, command, stdin: true, env: [{ name: "COLOUR", value: "blue" }] };
  await ground.call("POST", PODS, {
    metadata: { name: "web" },
    spec: { terminationGracePeriodSeconds: 0, containers: [container] },
  });
  await until(async () => (await ground.call("GET", `${PODS}/web`)).body.status.phase === "Running");
});
afterAll(() => ground.stop());

type Remote = {
  protocol: string;
  send(channel: number, text: string): void;
  text(channel: number): string;
  closed: Promise<void>;
  leave(): void;
  status(): Promise<Json>;
};

async function connect(query: string, protocols = ["v5.channel.k8s.io"], subresource = "exec"): Promise<Remote> {
  const url = `${ground.cluster.url.replace("http", "ws")}${PODS}/web/${subresource}?${query}`;
  const socket = new WebSocket(url, protocols, { headers: { authorization: `Bearer ${ground.cluster.token}` } });
  const heard = new Map<number, string>();
  socket.on("message", (data: Buffer) => {
    const [channel = -1] = data;
    heard.set(channel, (heard.get(channel) ?? "") + data.subarray(1).toString());
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("unexpected-response", (_request, response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => reject(new Error(`${response.statusCode ?? 0} ${body}`)));
    });
    socket.once("error", reject);
  });
  return {
    protocol: socket.protocol,
    send: (channel, text) => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text, "latin1")])),
    text: (channel) => heard.get(channel) ?? "",
    closed,
    leave: () => socket.terminate(),
    status: async () => {
      await closed;
      return JSON.parse(heard.get(STATUS) ?? "null");
    },
  };
}
const commandOf = (...words: string[]) => words.map((word) => `command=${encodeURIComponent(word)}`).join("&");

describe("exec", () => {
  it("runs a command in the container's place and environment, its two outputs apart", async () => {
    const remote = await connect(`stdout=1&stderr=1&${commandOf("sh", "-c", "cat greeting.txt; echo $COLOUR >&2")}`);
    expect(await remote.status()).toEqual({ metadata: {}, status: "Success" });
    expect(remote.text(STDOUT)).toBe("hello\n");
    expect(remote.text(STDERR)).toBe("blue\n");
  });

  it("tells the exit code in the status channel", async () => {
    const remote = await connect(`stdout=1&${commandOf("sh", "-c", "exit 7")}`, ["v4.channel.k8s.io"]);
    expect(remote.protocol).toBe("v4.channel.k8s.io");
    expect(await remote.status()).toMatchObject({
      status: "Failure",
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: "7" }] },
    });
  });

  it("ends the command's input when the client closes that channel (v5)", async () => {
    const remote = await connect(`stdin=1&stdout=1&${commandOf("cat")}`, ["v5.channel.k8s.io", "v4.channel.k8s.io"]);
    expect(remote.protocol).toBe("v5.channel.k8s.io");
    remote.send(STDIN, "one\ntwo\n");
    remote.send(CLOSE, "\0");
    expect(await remote.status()).toMatchObject({ status: "Success" });
    expect(remote.text(STDOUT)).toBe("one\ntwo\n");
  });

  it("gives a terminal that can be resized", async () => {
    const remote = await connect(`stdin=1&stdout=1&stderr=1&tty=1&${commandOf("sh")}`);
    remote.send(RESIZE, JSON.stringify({ Width: 132, Height: 43 }));
    remote.send(STDIN, "tty -s && stty size && echo to-stderr >&2\n");
    await until(async () => remote.text(STDOUT).includes("43 132\r\nto-stderr\r\n"));
    expect(remote.text(STDERR)).toBe("");
    remote.send(RESIZE, JSON.stringify({ width: 100, height: 30 }));
    remote.send(STDIN, "stty size\n");
    await until(async () => remote.text(STDOUT).includes("30 100\r\n"));
    remote.send(STDIN, "exit 3\n");
    expect((await remote.status()).details.causes[0].message).toBe("3");
  });

  it("hangs a terminal up when its user goes", async () => {
    const remote = await connect(`stdin=1&stdout=1&tty=1&${commandOf("sh", "-c", "echo pid $$.; exec sleep 1000")}`);
    const pid = await until(async () => /pid (\d+)\./.exec(remote.text(STDOUT))?.[1]);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    remote.leave();
    await until(async () => !existsSync(`/proc/${pid}`));
  });

  it("passes a large output on whole", async () => {
    const remote = await connect(`stdout=1&${commandOf("sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x")}`);
    expect(await remote.status()).toMatchObject({ status: "Success" });
    expect(remote.text(STDOUT)).toHaveLength(5_000_000);
  });

  it("says what cannot be run", async () => {
    const remote = await connect(`stdout=1&${commandOf("no-such-program")}`);
    const status = await remote.status();
    expect(status).toMatchObject({ status: "Failure", reason: "InternalError", code: 500 });
    expect(status.message).toContain('exec: "no-such-program": executable file not found in $PATH');
  });

  it.each([
    ["container=nope&stdout=1&command=ls", /^400 .*container nope is not valid for pod web/],
    ["command=ls", /^400 .*you must specify at least 1 of stdin, stdout, stderr/],
    ["stdout=1", /^400 .*at least one command/],
  ])("refuses %s over plain HTTP", async (query, message) => {
    await expect(connect(query)).rejects.toThrow(message);
  });

  it("refuses a protocol that it does not speak, a strange token, and a request without an upgrade", async () => {
    await expect(connect(`stdout=1&${commandOf("ls")}`, ["v9.channel.k8s.io"])).rejects.toThrow(/^403 /);
    const plain = await ground.call("GET", `${PODS}/web/exec?stdout=1&command=ls`);
    expect(plain).toMatchObject({ status: 400, body: { message: "Upgrade request required" } });
    const { token } = ground.cluster;
    ground.cluster.token = "nobody";
    await expect(connect(`stdout=1&${commandOf("ls")}`)).rejects.toThrow(/^401 .*Unauthorized/);
    ground.cluster.token = token;
  });

  it("speaks SPDY with older clients: kubectl, where it is installed", async ({ skip }) => {
    const env = { ...process.env, KUBECTL_REMOTE_COMMAND_WEBSOCKETS: "false" };
    const kubectl = (...words: string[]) =>
      promisify(execFile)("kubectl", ["--kubeconfig", ground.cluster.kubeconfig, ...words], { env });
    if ((await kubectl("version", "--client").catch(() => undefined)) === undefined)
      return skip("kubectl is not installed");
    const script = "cat; echo aside >&2; head -c 300000 /dev/zero | tr '\\0' x; exit 9";
    const running = kubectl("exec", "-i", "web", "--", "sh", "-c", script);
    running.child.stdin?.end("from here\n");
    const failed = await running.catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 9, stdout: `from here\n${"x".repeat(300_000)}` });
    expect((failed as { stderr: string }).stderr).toContain("aside\n");
    return undefined;
  }, 30_000);
});

describe("attach", () => {
  it("talks to the container's own process", async () => {
    const remote = await connect("stdin=1&stdout=1", ["v5.channel.k8s.io"], "attach");
    remote.send(STDIN, "you\n");
    await until(async () => remote.text(STDOUT) === "heard you\n");
    await until(async () => (await ground.call("GET", `${PODS}/web/log`)).body === "heard you\n");
    await ground.call("DELETE", `${PODS}/web`);
    expect(await remote.status()).toEqual({ metadata: {}, status: "Success" });
  });
});
