import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { enqueue } from "#lib/platform/queue";
import { endLostTerminals } from "#lib/terminal/end-terminal";
import { APPROVAL_MINUTES } from "#lib/terminal/rules";
import { openTerminalResult, terminalTicket } from "#lib/terminal/schema";
import { setTerminalPolicy } from "#lib/terminal/set-policy";
import { PUT as setPolicyRoute } from "../../../app/api/environments/[id]/terminal-policy/route.ts";
import { call } from "../access/world.ts";
import { startTerminals } from "./terminal-world.ts";

let world: Awaited<ReturnType<typeof startTerminals>>;
let lin: { id: string; cookie: string };
beforeAll(async () => {
  world = await startTerminals();
  lin = await world.someone("developer");
});
afterAll(() => world?.stop());

const setPolicy = (policy: Parameters<typeof setTerminalPolicy>[2]) =>
  setTerminalPolicy(world.db, world.dev.id, policy);

describe("where somebody else has to agree", () => {
  beforeAll(() => setPolicy({ mode: "approval", limitMinutes: 30 }));
  afterAll(() => setPolicy(null));
  const asked = async (person = lin) => {
    const answer = openTerminalResult.parse(await (await world.ask(person.cookie, { reason: "INC-7" })).json());
    expect(answer).toEqual({ state: "waiting", id: expect.any(String) });
    return answer.id;
  };
  const decide = (id: string, { cookie }: { cookie: string }, agree: boolean) =>
    world.post(`${id}/decision`, cookie, { agree });
  const collect = (id: string, { cookie }: { cookie: string }) => world.post(`${id}/ticket`, cookie, {});

  it("a terminal opens once another operator has, for the one who asked and for nobody else", async () => {
    const operator = await world.someone("operator");
    const id = await asked();
    expect((await collect(id, lin)).status).toBe(409);
    expect((await decide(id, await world.someone("developer"), true)).status).toBe(403);
    expect((await decide(id, operator, true)).status).toBe(204);
    expect((await collect(id, operator)).status).toBe(409);
    const opened = terminalTicket.parse(await (await collect(id, lin)).json());
    expect((await collect(id, lin)).status).toBe(409);
    const terminal = await world.connect({ cookie: lin.cookie, opened });
    await terminal.ready();
    expect(await world.rowOf(id)).toMatchObject({ state: "open", decidedById: operator.id });
    await terminal.leave();
    const audit = await world.db.auditEntry.findFirstOrThrow({ where: { action: "terminal.decide", subjectId: id } });
    expect(audit).toMatchObject({ actorId: operator.id, detail: { agree: true } });
  });

  it("nobody agrees to their own, and a word once said stays", async () => {
    const [one, two] = [await world.someone("operator"), await world.someone("operator")];
    const id = await asked(one);
    expect((await decide(id, one, true)).status).toBe(403);
    expect((await decide(id, two, false)).status).toBe(204);
    expect((await decide(id, two, true)).status).toBe(409);
    expect(await world.rowOf(id)).toMatchObject({ state: "ended", endReason: "declined", decidedById: two.id });
    expect((await collect(id, one)).status).toBe(409);
  });

  it("it waits so long and no longer", async () => {
    const id = await asked();
    const later = new Date(Date.now() + (APPROVAL_MINUTES + 1) * 60_000);
    await endLostTerminals({ db: world.db, enqueue }, later);
    expect(await world.rowOf(id)).toMatchObject({ state: "ended", endReason: "unused" });
  });

  it("a terminal that was opened before nobody had to is ended", async () => {
    await setPolicy(null);
    const terminal = await world.shell(lin);
    await setPolicy({ mode: "approval", limitMinutes: 30 });
    expect(await terminal.ended()).toMatchObject({ reason: "revoked" });
  });
});

describe("what an environment asks", () => {
  it("is changed by admins alone, and is an audit row", async () => {
    const put = (cookie: string, policy: unknown) =>
      call(setPolicyRoute, { method: "PUT", cookie, params: { id: world.dev.id }, body: { policy } });
    const manager = await world.someone("manager");
    const admin = await world.someone("viewer");
    await world.db.user.update({ where: { id: admin.id }, data: { isAdmin: true } });
    expect((await put(manager.cookie, { mode: "open", limitMinutes: 5 })).status).toBe(403);
    expect((await put(admin.cookie, { mode: "open", limitMinutes: 0 })).status).toBe(422);
    expect((await put(admin.cookie, { mode: "reason", limitMinutes: 5 })).status).toBe(204);
    expect((await world.ask(lin.cookie)).status).toBe(422);
    expect((await put(admin.cookie, null)).status).toBe(204);
    const rows = await world.db.auditEntry.findMany({
      where: { action: "terminal.policy", outcome: "allowed" },
      orderBy: { id: "asc" },
    });
    expect(rows.at(-1)).toMatchObject({ actorId: admin.id, subjectName: "dev", detail: { policy: null } });
  });
});
