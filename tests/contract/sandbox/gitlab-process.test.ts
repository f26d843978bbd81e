import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { waitFor } from "#tests/world/wait-for";
import { emptyFolder, git, type Receiver, removeFolder, webhookReceiver } from "./gitlab-world.ts";

const sandboxFile = z.object({ gitlab: z.object({ url: z.string(), token: z.string() }) });

let home: string;
let folder: string;
let receiver: Receiver;
const children: ChildProcess[] = [];

beforeEach(async () => {
  [home, folder] = await Promise.all([emptyFolder(), emptyFolder()]);
  receiver = await webhookReceiver();
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => end(child, "SIGKILL")));
  await receiver.close();
  await Promise.all([removeFolder(home), removeFolder(folder)]);
});

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
  return child.exitCode;
}

function start(variables: Record<string, string> = {}): ChildProcess {
  const env = {
    ...process.env,
    NODE_OPTIONS: "",
    KEPLER_HOME: home,
    KEPLER_SANDBOX: "gitlab",
    KEPLER_SANDBOX_PORT_BASE: "0",
    LOG_LEVEL: "error",
  };
  const child = spawn(process.execPath, ["sandbox/main.ts"], {
    env: { ...env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function startReady(): Promise<{ child: ChildProcess; url: string; token: string; line: unknown }> {
  const child = start();
  if (!child.stdout) throw new Error("no stdout");
  const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), "line"));
  const { gitlab } = sandboxFile.parse(JSON.parse(await readFile(join(home, "sandbox.json"), "utf8")));
  return { child, ...gitlab, line: JSON.parse(line) };
}

it("says where it is in one line, writes it for its owner alone, and ends with 0 on SIGTERM", async () => {
  const { child, url, line } = await startReady();
  expect(line).toEqual({ sandbox: "ready", control: expect.any(String), gitlab: url });
  expect((await stat(join(home, "sandbox.json"))).mode & 0o777).toBe(0o600);
  expect(await end(child, "SIGTERM")).toBe(0);
});

it("comes back on the same ports with the same token, also after kill -9", async () => {
  const first = await startReady();
  await end(first.child, "SIGKILL");
  const second = await startReady();
  expect([second.url, second.token]).toEqual([first.url, first.token]);
});

it("says in one line that a port is in use", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  const { port } = z.object({ port: z.number() }).parse(taken.address());
  // The base itself, where the first system listens before any other begins: its neighbours may be anybody's.
  const child = start({ KEPLER_SANDBOX_PORT_BASE: String(port) });
  const said: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
  const [code] = z
    .tuple([z.number()])
    .rest(z.unknown())
    .parse(await once(child, "close"));
  await new Promise((resolve) => taken.close(resolve));
  expect([code, Buffer.concat(said).toString("utf8")]).toEqual([
    1,
    expect.stringMatching(new RegExp(`^sandbox: port ${port} is in use;.*\\n$`)),
  ]);
});

it("names the variable that is wrong", async () => {
  const child = start({ KEPLER_SANDBOX: "gitlab,jenkinz" });
  const said: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
  await once(child, "close");
  expect(Buffer.concat(said).toString("utf8")).toContain("KEPLER_SANDBOX");
});

it("killed during pushes keeps every push that succeeded, and tells each branch's tip in the end", async () => {
  let { child, url, token } = await startReady();
  const remote = `${url.replace("//", `//any:${token}@`)}/samples/node-hello.git`;
  await git(folder, "clone", "-q", remote, ".");
  await fetch(`${url}/api/v4/projects/samples%2Fnode-hello/hooks`, {
    method: "POST",
    headers: { "private-token": token, "content-type": "application/json" },
    body: JSON.stringify({ url: receiver.url, push_events: true }),
  });
  let tip = "";
  for (let round = 0; round < 4; round++) {
    await writeFile(join(folder, `round-${round}.txt`), `${round}\n`);
    await git(folder, "add", ".");
    await git(folder, "commit", "-q", "-m", `Round ${round}`);
    // The kill falls somewhere into the push: before, within or after it.
    const pushed = git(folder, "push", "-q", "origin", "main").then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => setTimeout(resolve, round * 60));
    await end(child, "SIGKILL");
    const succeeded = await pushed;
    ({ child, url, token } = await startReady());
    const remoteTip = (await git(folder, "ls-remote", remote, "refs/heads/main")).slice(0, 40);
    tip = (await git(folder, "rev-parse", "HEAD")).trim();
    if (succeeded) expect(remoteTip).toBe(tip);
    await git(folder, "push", "-q", "origin", "main");
  }
  await waitFor("the last tip to be told", () => receiver.received.some(({ body }) => body.after === tip), 10_000);
});
