import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createKubernetes } from "#lib/clients/kubernetes/create-kubernetes";
import { openQueue } from "#lib/platform/queue";
import { readCast } from "#lib/terminal/asciicast-rules";
import { endRestOf, terminalRestJob } from "#lib/terminal/end-rest";
import { endLostTerminals } from "#lib/terminal/end-terminal";
import { recordingOf } from "#lib/terminal/queries";
import { LOST_MS, RECORDING_LIMIT_BYTES } from "#lib/terminal/rules";
import { shellCommand } from "#lib/terminal/shell-command";
import { waitFor } from "#tests/world/wait-for";
import { call } from "../access/world.ts";
import { SECRET, startTerminals } from "./terminal-world.ts";

const MEBIBYTE = 1024 ** 2;

/** A cluster that does not answer. */
const SILENT = JSON.stringify({
  ...{ apiVersion: "v1", kind: "Config", "current-context": "test" },
  clusters: [{ name: "test", cluster: { server: "http://127.0.0.1:9" } }],
  users: [{ name: "test", user: { token: "none" } }],
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
});

/** A program like vim or top: the alternate screen, the cursor where it wants it, raw keys. */
const FULL_SCREEN = [
  "const say = (line, text) => process.stdout.write(`\\x1b[${line};1H${text}\\x1b[K`);",
  "const size = () => say(1, `size ${process.stdout.columns}x${process.stdout.rows}`);",
  "process.stdout.write(`\\x1b[?1049h`); process.stdin.setRawMode(true); size();",
  "process.stdout.on(`resize`, size);",
  "process.stdin.on(`data`, (key) => {",
  "  if (String(key) === `q`) { process.stdout.write(`\\x1b[?1049l`); process.exit(); }",
  "  say(2, `key ${key.toString(`hex`)}`);",
  "});",
].join(" ");

let world: Awaited<ReturnType<typeof startTerminals>>;
let lin: Awaited<ReturnType<typeof world.someone>>;
beforeAll(async () => {
  world = await startTerminals();
  lin = await world.someone("developer");
});
afterAll(() => world?.stop());

const shell = (change: object = {}) => world.shell(lin, change);
const endedRow = (id: string) =>
  waitFor("the end to be written down", async () => {
    const row = await world.rowOf(id);
    return row.state === "ended" && row;
  });
const castOf = async (id: string) => {
  let text = "";
  for await (const piece of recordingOf(world.db, id)) text += piece;
  return readCast(text);
};

describe("a shell in a container", () => {
  it("answers what is typed, in any script, and tells its exit code", async () => {
    const terminal = await shell();
    terminal.type("echo $((6*7)) 你好，世界\r");
    await terminal.see("42 你好，世界");
    terminal.type("exit 7\r");
    expect(await terminal.ended()).toMatchObject({ reason: "exited", exitCode: 7 });
    const row = await endedRow(terminal.id);
    expect(row).toMatchObject({ endReason: "exited", exitCode: 7, userId: lin.id, podName: "shop-1" });
  });

  it("gets what was typed before it ran", async () => {
    const opened = await world.open(lin.cookie);
    const terminal = await world.connect({ cookie: lin.cookie, opened });
    terminal.resize(77, 22);
    terminal.type("stty size; echo early=$((40+2))\r");
    await terminal.see("early=42");
    await terminal.see("22 77");
    await terminal.leave();
  });

  it("knows its size from the beginning and hears of a new one; Ctrl-C interrupts what runs", async () => {
    const terminal = await shell({ columns: 91, rows: 33 });
    terminal.type("stty size\r");
    await terminal.see(/33 91/);
    terminal.resize(120, 40);
    terminal.type("stty size\r");
    await terminal.see(/40 120/);
    // It says itself that it runs: a shell that is just forking loses the key.
    terminal.type(`node -e 'console.log("be"+"gun");setInterval(() => {}, 1000)'\r`);
    await terminal.see("begun");
    terminal.type("\u0003");
    terminal.type("echo after=$?\r");
    await terminal.see(/after=130/);
    await terminal.leave();
  });

  it("takes a paste of a megabyte whole", async () => {
    const terminal = await shell();
    terminal.type('stty -echo -icanon min 1; echo re"ad"y; head -c 1048576 | cksum; stty sane\r');
    await terminal.see("ready");
    const line = `${"0123456789abcde".repeat(4)}abc\n`;
    const paste = line.repeat(MEBIBYTE / line.length);
    expect(paste.length).toBe(MEBIBYTE);
    for (let at = 0; at < paste.length; at += 32 * 1024) terminal.type(paste.slice(at, at + 32 * 1024));
    await terminal.see(/\d+ 1048576/);
    await terminal.leave();
  });

  it("loses nothing of a flood", async () => {
    const terminal = await shell();
    terminal.type("seq 1 100000; echo done=$?\r");
    await terminal.see("done=0");
    expect(terminal.shown().match(/^\d+\r$/gm)?.length).toBe(100_000);
    await terminal.leave();
  });

  it("carries what fills the screen: every key at once, arrows and all, and the size as it changes", async () => {
    const terminal = await shell();
    terminal.type(`node -e '${FULL_SCREEN}'\r`);
    await terminal.see("\u001b[?1049h\u001b[1;1Hsize 80x24");
    terminal.type("\u001b[A");
    await terminal.see("\u001b[2;1Hkey 1b5b41");
    terminal.type("\u0003");
    await terminal.see("\u001b[2;1Hkey 03");
    terminal.resize(132, 50);
    await terminal.see("\u001b[1;1Hsize 132x50");
    terminal.type("q");
    await terminal.see("\u001b[?1049l");
    await terminal.leave();
  });

  it("is the one of the chosen container", async () => {
    const terminal = await shell({ container: "side" });
    terminal.type('echo "password=[$DB_PASSWORD]"\r');
    await terminal.see("password=[]");
    await terminal.leave();
  });
});

describe("its recording", () => {
  it("shows what was shown, with sizes and times, and never a secret", async () => {
    const terminal = await shell();
    terminal.type('echo "now $DB_PASSWORD"\r');
    await terminal.see(`now ${SECRET}`);
    for (const key of `echo ${SECRET}\r`) terminal.type(key);
    await waitFor("it twice more", () => terminal.shown().split(SECRET).length > 3);
    terminal.resize(100, 30);
    await terminal.leave();
    await endedRow(terminal.id);
    const { width, height, events } = await castOf(terminal.id);
    expect([width, height]).toEqual([80, 24]);
    expect(events.filter(([, kind]) => kind === "r").map(([, , size]) => size)).toEqual(["100x30"]);
    const text = events.map(([, , data]) => data).join("");
    expect(text).not.toContain(SECRET);
    expect(text).toContain("now ••••••");
    const times = events.map(([seconds]) => seconds);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("ends the terminal when it is as long as one may be", async () => {
    const terminal = await shell();
    terminal.type(`head -c ${RECORDING_LIMIT_BYTES} /dev/zero | tr '\\0' x\r`);
    expect(await terminal.ended()).toMatchObject({ reason: "recording_full" });
    expect((await endedRow(terminal.id)).recordedBytes).toBeGreaterThanOrEqual(RECORDING_LIMIT_BYTES);
  });

  it("ends the terminal when it cannot be kept", async () => {
    const terminal = await shell();
    await world.db.$executeRaw`alter table terminal_chunks rename to terminal_chunks_away`;
    try {
      terminal.type("echo unseen\r");
      expect(await terminal.ended()).toMatchObject({ reason: "unrecorded" });
    } finally {
      await world.db.$executeRaw`alter table terminal_chunks_away rename to terminal_chunks`;
    }
    expect(await endedRow(terminal.id)).toMatchObject({ endReason: "unrecorded" });
  });

  it("is there for its person and for reviewers, and for nobody else", async () => {
    const { GET } = await import("../../../app/api/apps/[app]/terminal/[id]/recording/route.ts");
    const terminal = await shell();
    await terminal.leave();
    const read = async (person: { cookie: string }) => {
      const response = await call(GET, { cookie: person.cookie, params: { app: world.app.name, id: terminal.id } });
      return { status: response.status, text: await response.text() };
    };
    expect(await read(lin)).toMatchObject({ status: 200, text: expect.stringMatching(/^\{"version":2,"width":80/) });
    expect((await read(await world.someone("operator"))).status).toBe(200);
    expect((await read(await world.someone("developer"))).status).toBe(404);
    expect((await read(await world.someone("viewer"))).status).toBe(403);
  });
});

it("a terminal whose worker was killed is ended by another, with what its shell had started, once the cluster answers", async () => {
  const { db, kubernetes, namespace } = world;
  const queue = await openQueue(world.databaseUrl, { supervise: true });
  const { id } = await world.open(lin.cookie);
  // What a worker that is killed leaves: the shell's processes, streams that lead nowhere, and a row that says "open".
  const shell = await kubernetes.exec(namespace, "shop-1", { container: "app", command: shellCommand(id), tty: true });
  await shell.write(Buffer.from("trap '' HUP; while true; do sleep 0.2; done &\r"));
  await waitFor("what it starts", () => world.leftOf(id));
  shell.close();
  const seenAt = new Date(Date.now() - LOST_MS - 1);
  await db.terminalSession.update({ where: { id }, data: { state: "open", seenAt } });

  expect(await endLostTerminals({ db, enqueue: queue.enqueue }, new Date())).toBeGreaterThan(0);
  expect(await world.rowOf(id)).toMatchObject({ state: "ended", endReason: "lost" });
  const now = () => new Date();
  const away = { clients: { kubernetes: () => createKubernetes({ kubeconfig: SILENT }) }, db, now };
  const tried = await endRestOf(away, id, { signal: AbortSignal.timeout(10_000) });
  expect(tried).toMatchObject({ requeueAfterMs: expect.any(Number) });
  expect(await world.leftOf(id)).toBe(true);

  await queue.work(terminalRestJob, (key, call) =>
    endRestOf({ clients: { kubernetes: () => kubernetes }, db, now }, key, call),
  );
  await waitFor("what it left to be ended", async () => !(await world.leftOf(id)));
  await queue.stop(1_000);
});

it("a pod that was replaced by one of the same name gets no shell of the old one's ticket", async () => {
  const opened = await world.open(lin.cookie);
  await world.db.terminalSession.update({ where: { id: opened.id }, data: { podUid: "of-an-earlier-one" } });
  const terminal = await world.connect({ cookie: lin.cookie, opened });
  expect(await terminal.ended()).toMatchObject({ reason: "failed", error: { code: "not-found" } });
});
