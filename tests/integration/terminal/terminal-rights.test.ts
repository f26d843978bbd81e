import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionCookieName, writeSessionCookie } from "#lib/access/session-cookie";
import { createSession, revokeSession } from "#lib/access/sessions";
import { enqueue } from "#lib/platform/queue";
import { endLostTerminals } from "#lib/terminal/end-terminal";
import { TICKET_SECONDS } from "#lib/terminal/rules";
import { waitFor } from "#tests/world/wait-for";
import { call } from "../access/world.ts";
import { startTerminals } from "./terminal-world.ts";

/** A right that is taken away ends both directions within this. */
const CUT_WITHIN_MS = 5_000;

let world: Awaited<ReturnType<typeof startTerminals>>;
let lin: Awaited<ReturnType<typeof world.someone>>;
beforeAll(async () => {
  world = await startTerminals();
  lin = await world.someone("developer");
});
afterAll(() => world?.stop());

describe("a connection is refused", () => {
  it("with a ticket that was used", async () => {
    const opened = await world.open(lin.cookie);
    const first = await world.connect({ cookie: lin.cookie, opened });
    expect(await world.knock({ cookie: lin.cookie, opened })).toBe(403);
    await first.ready();
    await first.leave();
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
    await endLostTerminals({ db: world.db, enqueue }, new Date(Date.now() + TICKET_SECONDS * 1000));
    expect(await world.rowOf(opened.id)).toMatchObject({ state: "ended", endReason: "unused" });
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
    expect((await world.rowOf(opened.id)).state).toBe("opening");
  });

  it("when the right went away after the ticket was given", async () => {
    const dev = await world.someone("developer");
    const opened = await world.open(dev.cookie);
    await world.db.membership.updateMany({ where: { userId: dev.id }, data: { role: "viewer" } });
    expect(await world.knock({ cookie: dev.cookie, opened })).toBe(403);
    expect(await world.rowOf(opened.id)).toMatchObject({ state: "ended", endReason: "revoked" });
  });
});

describe("an open terminal is cut in both directions within five seconds", () => {
  /** Takes something away while both sides talk, and sees that neither is heard any more. */
  const cutBy = async (person: typeof lin, takeAway: (id: string) => Promise<unknown>) => {
    const terminal = await world.shell(person);
    terminal.type("while true; do echo tick; sleep 0.1; done & cat\r");
    await terminal.see(/tick\r\ntick/);
    await takeAway(terminal.id);
    const takenAt = Date.now();
    const typing = setInterval(() => terminal.type(`${Date.now()}\n`), 50);
    const ended = await terminal.ended();
    const cutAfterMs = Date.now() - takenAt;
    clearInterval(typing);
    expect(cutAfterMs).toBeLessThan(CUT_WITHIN_MS);
    await waitFor("what it left to be ended", async () => !(await world.leftOf(terminal.id)), 10_000);
    return ended;
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
    const terminal = await world.shell(lin);
    await terminal.see(/[$#]/);
    await terminal.leave();
    await world.db.environment.update({ where: { id: world.dev.id }, data: { terminalMinutes: 0 } });
    const short = await world.shell(lin);
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
