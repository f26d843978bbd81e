import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionCookieName, writeSessionCookie } from "#lib/access/session-cookie";
import { createSession, revokeSession } from "#lib/access/sessions";
import { readCast } from "#lib/terminal/asciicast-rules";
import { endLostTerminals } from "#lib/terminal/end-terminal";
import { recordingOf } from "#lib/terminal/queries";
import { LOST_MS, RECORDING_LIMIT_BYTES, TICKET_SECONDS } from "#lib/terminal/rules";
import { waitFor } from "#tests/world/wait-for";
import { call } from "../access/world.ts";
import { SECRET, startTerminals, type Terminal } from "./terminal-world.ts";

/** A right that is taken away ends both directions within this. */
const CUT_WITHIN_MS = 5_000;
const MEBIBYTE = 1024 ** 2;

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
let lin: { id: string; cookie: string; session: string };
beforeAll(async () => {
  world = await startTerminals();
  lin = await world.someone("developer");
});
afterAll(() => world?.stop());

const rowOf = (id: string) => world.db.terminalSession.findUniqueOrThrow({ where: { id } });
const endedRow = (id: string) =>
  waitFor("the end to be written down", async () => {
    const row = await rowOf(id);
    return row.state === "ended" && row;
  });
const shell = async (person = lin, change: object = {}) => {
  const opened = await world.open(person.cookie, change);
  const terminal = await world.connect({ cookie: person.cookie, opened });
  await terminal.ready();
  return { ...terminal, id: opened.id };
};
const leave = async (terminal: Terminal) => {
  terminal.type("exit\r");
  await terminal.ended();
};
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
    await leave(terminal);
  });

  it("knows its size from the beginning and hears of a new one; Ctrl-C interrupts what runs", async () => {
    const terminal = await shell(lin, { columns: 91, rows: 33 });
    terminal.type("stty size\r");
    await terminal.see(/33 91/);
    terminal.resize(120, 40);
    terminal.type("stty size\r");
    await terminal.see(/40 120/);
    terminal.type("sleep 100; echo code=$?\r");
    await waitFor("the command to begin", () => terminal.shown().includes("sleep 100"));
    terminal.type("\u0003");
    terminal.type("echo after=$?\r");
    await terminal.see(/after=130/);
    await leave(terminal);
  });

  it("takes a paste of a megabyte whole", async () => {
    const terminal = await shell();
    terminal.type("stty -echo -icanon min 1; head -c 1048576 | cksum; stty sane\r");
    await waitFor("the command to be read", () => terminal.shown().includes("cksum"));
    const line = `${"0123456789abcde".repeat(4)}abc\n`;
    const paste = line.repeat(MEBIBYTE / line.length);
    expect(paste.length).toBe(MEBIBYTE);
    for (let at = 0; at < paste.length; at += 32 * 1024) terminal.type(paste.slice(at, at + 32 * 1024));
    await terminal.see(/\d+ 1048576/);
    await leave(terminal);
  });

  it("loses nothing of a flood", async () => {
    const terminal = await shell();
    terminal.type("seq 1 100000; echo done=$?\r");
    await terminal.see("done=0");
    expect(terminal.shown().match(/^\d+\r$/gm)?.length).toBe(100_000);
    await leave(terminal);
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
    await leave(terminal);
  });

  it("is the one of the chosen container", async () => {
    const terminal = await shell(lin, { container: "side" });
    terminal.type('echo "password=[$DB_PASSWORD]"\r');
    await terminal.see("password=[]");
    await leave(terminal);
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
    await leave(terminal);
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
    await leave(terminal);
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

describe("a connection is refused", () => {
  it("with a ticket that was used", async () => {
    const opened = await world.open(lin.cookie);
    const first = await world.connect({ cookie: lin.cookie, opened });
    expect(await world.knock({ cookie: lin.cookie, opened })).toBe(403);
    await first.ready();
    await leave(first);
  });

  it("with one ticket, in all but one of many attempts at once", async () => {
    const opened = await world.open(lin.cookie);
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.knock({ cookie: lin.cookie, opened })));
    expect(answers.filter((status) => status === 101)).toEqual([101]);
    expect(answers.filter((status) => status === 403).length).toBe(7);
  });

  it("with a ticket that has expired", async () => {
    const opened = await world.open(lin.cookie);
    const ticketExpiresAt = new Date(Date.now() - 1);
    await world.db.terminalSession.update({ where: { id: opened.id }, data: { ticketExpiresAt } });
    expect(await world.knock({ cookie: lin.cookie, opened })).toBe(403);
    await endLostTerminals(world.db, new Date(Date.now() + TICKET_SECONDS * 1000));
    expect(await rowOf(opened.id)).toMatchObject({ state: "ended", endReason: "unused" });
  });

  it("for another pod or container than the ticket's", async () => {
    const one = await world.open(lin.cookie);
    const other = await world.open(lin.cookie, { pod: "shop-2" });
    expect(await world.knock({ cookie: lin.cookie, opened: one, path: other.path })).toBe(403);
    expect(await world.knock({ cookie: lin.cookie, opened: other, path: one.path })).toBe(403);
  });

  it("from a page of another site, or from none", async () => {
    const opened = await world.open(lin.cookie);
    expect(await world.knock({ cookie: lin.cookie, opened, origin: "http://evil.test" })).toBe(403);
    expect(await world.knock({ cookie: lin.cookie, opened, origin: "" })).toBe(403);
  });

  it("of nobody, of another person, and of the same person's other sign-in", async () => {
    const opened = await world.open(lin.cookie);
    const sign = { userId: lin.id, userAgent: null, address: null, now: new Date() };
    const elsewhere = `${sessionCookieName()}=${await writeSessionCookie(await createSession(world.db, sign))}`;
    const mia = await world.someone("manager");
    expect(await world.knock({ cookie: "", opened })).toBe(401);
    expect(await world.knock({ cookie: mia.cookie, opened })).toBe(403);
    expect(await world.knock({ cookie: elsewhere, opened })).toBe(403);
    expect(await world.knock({ cookie: lin.cookie, opened, ticket: "" })).toBe(403);
    expect((await rowOf(opened.id)).state).toBe("opening");
  });

  it("when the right went away after the ticket was given", async () => {
    const dev = await world.someone("developer");
    const opened = await world.open(dev.cookie);
    await world.db.membership.updateMany({ where: { userId: dev.id }, data: { role: "viewer" } });
    expect(await world.knock({ cookie: dev.cookie, opened })).toBe(403);
    expect(await rowOf(opened.id)).toMatchObject({ state: "ended", endReason: "revoked" });
  });
});

describe("an open terminal is cut in both directions within five seconds", () => {
  /** Takes something away while both sides talk, and sees that neither is heard any more. */
  const cutBy = async (person: typeof lin, takeAway: (id: string) => Promise<unknown>) => {
    const terminal = await shell(person);
    terminal.type("while true; do echo tick; sleep 0.1; done & cat\r");
    await terminal.see(/tick\r\ntick/);
    await takeAway(terminal.id);
    const takenAt = Date.now();
    const typing = setInterval(() => terminal.type(`${Date.now()}\n`), 50);
    const ended = await terminal.ended();
    const cutAfterMs = Date.now() - takenAt;
    clearInterval(typing);
    expect(cutAfterMs).toBeLessThan(CUT_WITHIN_MS);
    await waitFor("what it left to be ended", async () => !(await isAlive(terminal.id)), 10_000);
    return ended;
  };
  const isAlive = async (id: string) => {
    const command = ["sh", "-c", `grep -l "KEPLER_TERMINAL=$1" /proc/[0-9]*/environ 2>/dev/null | wc -l`, "sh", id];
    const { output } = await world.kubernetes.exec(world.namespace, "shop-1", {
      container: "app",
      command,
      tty: false,
    });
    let text = "";
    for await (const { bytes } of output) text += Buffer.from(bytes).toString();
    return Number(text) > 0;
  };

  it("when the role loses the right", async () => {
    const dev = await world.someone("developer");
    const takeAway = () => world.db.membership.updateMany({ where: { userId: dev.id }, data: { role: "viewer" } });
    expect(await cutBy(dev, takeAway)).toMatchObject({ reason: "revoked" });
  });

  it("when the sign-in is revoked", async () => {
    const dev = await world.someone("developer");
    const takeAway = () => revokeSession(world.db, dev.id, dev.session, new Date());
    expect(await cutBy(dev, takeAway)).toMatchObject({ reason: "revoked" });
  });

  it("when the account is disabled", async () => {
    const dev = await world.someone("developer");
    const takeAway = () => world.db.user.update({ where: { id: dev.id }, data: { disabledAt: new Date() } });
    expect(await cutBy(dev, takeAway)).toMatchObject({ reason: "revoked" });
  });

  it("when an operator ends it, who is written down; another developer cannot", async () => {
    const { POST } = await import("../../../app/api/apps/[app]/terminal/[id]/end/route.ts");
    const [dev, other, operator] = [
      await world.someone("developer"),
      await world.someone("developer"),
      await world.someone("operator"),
    ];
    const end = (id: string, cookie: string) =>
      call(POST, { method: "POST", cookie, params: { app: world.app.name, id } });
    const ended = await cutBy(dev, async (id) => {
      expect((await end(id, other.cookie)).status).toBe(404);
      expect((await end(id, operator.cookie)).status).toBe(204);
    });
    expect(ended).toMatchObject({ reason: "killed" });
    const audit = await world.db.auditEntry.findFirstOrThrow({ where: { action: "terminal.end", outcome: "allowed" } });
    expect(audit).toMatchObject({ actorId: operator.id, subjectKind: "terminal" });
  });

  it("when its time is over", async () => {
    const terminal = await shell();
    await terminal.see(/[$#]/);
    await leave(terminal);
    await world.db.environment.update({ where: { id: world.dev.id }, data: { terminalMinutes: 0 } });
    const short = await shell();
    expect(await short.ended()).toMatchObject({ reason: "limit" });
    await world.db.environment.update({ where: { id: world.dev.id }, data: { terminalMinutes: null } });
  });
});

describe("a request for a terminal", () => {
  const fieldsOf = async (response: Response) => {
    const { error }: { error: { fields?: { path: string }[] } } = JSON.parse(await response.text());
    return error.fields?.map(({ path }) => path);
  };

  it("is refused for a pod of nobody, a container of nobody and a role without the right", async () => {
    expect(await fieldsOf(await world.ask(lin.cookie, { pod: "kube-apiserver" }))).toEqual(["pod"]);
    expect(await fieldsOf(await world.ask(lin.cookie, { container: "other" }))).toEqual(["container"]);
    expect((await world.ask((await world.someone("viewer")).cookie)).status).toBe(403);
  });

  it("needs in production an operator, and a reason", async () => {
    const operator = await world.someone("operator");
    const place = { environmentId: world.prod.id };
    expect((await world.ask(lin.cookie, place)).status).toBe(403);
    expect(await fieldsOf(await world.ask(operator.cookie, place))).toEqual(["reason"]);
    expect(await fieldsOf(await world.ask(operator.cookie, { ...place, reason: "INC-2291" }))).toEqual(["pod"]);
  });

  it("is refused where terminals are off", async () => {
    await world.db.environment.update({ where: { id: world.dev.id }, data: { terminalPolicy: "off" } });
    expect((await world.ask(lin.cookie)).status).toBe(403);
    await world.db.environment.update({ where: { id: world.dev.id }, data: { terminalPolicy: null } });
  });

  it("is an audit row with pod, container and reason, whatever came of it", async () => {
    const dev = await world.someone("developer");
    await world.open(dev.cookie, { reason: "heap dump" });
    await world.ask(dev.cookie, { pod: "gone", reason: "curious" });
    const rows = await world.db.auditEntry.findMany({ where: { actorId: dev.id }, orderBy: { id: "asc" } });
    expect(rows).toMatchObject([
      { action: "terminal.open", outcome: "allowed", subjectName: "shop-1 / app", detail: { reason: "heap dump" } },
      { action: "terminal.open", outcome: "failed", subjectName: "gone / app", detail: { reason: "curious" } },
    ]);
  });

  it("is one of few at a time", async () => {
    const dev = await world.someone("developer");
    const answers = await Promise.all(Array.from({ length: 10 }, () => world.ask(dev.cookie)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(8).fill(200), 409, 409]);
  });
});

it("a terminal whose worker is gone is ended by another", async () => {
  const opened = await world.open(lin.cookie);
  const seenAt = new Date(Date.now() - LOST_MS - 1);
  await world.db.terminalSession.update({ where: { id: opened.id }, data: { state: "open", seenAt } });
  expect(await endLostTerminals(world.db, new Date())).toBeGreaterThan(0);
  expect(await rowOf(opened.id)).toMatchObject({ state: "ended", endReason: "lost" });
});

it("a pod that was replaced by one of the same name gets no shell of the old one's ticket", async () => {
  const opened = await world.open(lin.cookie);
  await world.db.terminalSession.update({ where: { id: opened.id }, data: { podUid: "of-an-earlier-one" } });
  const terminal = await world.connect({ cookie: lin.cookie, opened });
  expect(await terminal.ended()).toMatchObject({ reason: "failed", error: { code: "not-found" } });
});
