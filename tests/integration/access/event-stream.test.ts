import { afterAll, beforeAll, expect, it } from "vitest";
import { type Actor } from "#lib/access/actor";
import { eventStream } from "#lib/access/event-stream";
import { actorOfSession, revokeSession } from "#lib/access/sessions";
import { createEventStream, type EventStream, newestEventId, publish } from "#lib/platform/events";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";
import { app, person } from "./world.ts";

let database: FreshDatabase;
let outbox: EventStream;
let lin: Awaited<ReturnType<typeof person>>;
let actor: Actor;
let mine: string;
let theirs: string;

beforeAll(async () => {
  process.env.KEPLER_URL = "http://kepler.test";
  database = await freshDatabase();
  outbox = createEventStream(database.url, database.db);
  await outbox.ready();
  lin = await person(database.db, "lin", { payments: "viewer" });
  mine = (await app(database.db, "checkout", "payments")).teamId;
  theirs = (await app(database.db, "secret", "platform")).teamId;
  const found = await actorOfSession(database.db, lin.session, new Date());
  if (found === null) throw new Error("no actor");
  actor = found;
});
afterAll(async () => {
  await outbox.close();
  await database.drop();
});

const say = (subjectId: string, teamId: string | null) =>
  database.db.$transaction((tx) => publish(tx, { kind: "app", subjectId, teamId, appId: null }));

/** Opens the stream and collects what it says. */
function listen(lastEventId?: string) {
  const browser = new AbortController();
  const request = new Request("http://kepler.test/api/events", {
    headers: { cookie: lin.cookie },
    signal: browser.signal,
  });
  const world = { db: database.db, subscribe: outbox.subscribe, now: () => new Date() };
  const response = eventStream(world, { actor, request, lastEventId });
  const heard = { text: "", ended: false };
  void (async () => {
    for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString();
    heard.ended = true;
  })();
  return { heard, leave: () => browser.abort() };
}

it("tells what concerns one's own teams or everybody, and nothing of others", async () => {
  const { heard, leave } = listen();
  await waitFor("hello", () => heard.text.includes("event: hello"));
  await say("of-another-team", theirs);
  await say("of-mine", mine);
  await say("of-all", null);
  await waitFor("the last", () => heard.text.includes("of-all"));
  expect(heard.text).toContain("of-mine");
  expect(heard.text).not.toContain("of-another-team");
  leave();
  await waitFor("the end", () => heard.ended);
});

it("resumes after the id that was heard last", async () => {
  const last = await newestEventId(database.db);
  await say("while-away", mine);
  const { heard, leave } = listen(last);
  await waitFor("the missed one", () => heard.text.includes("while-away"));
  await say("afterwards", mine);
  await waitFor("the next one", () => heard.text.includes("afterwards"));
  leave();
});

it("tells whoever came while it was only connecting what has happened since", async () => {
  await say("before-it-listened", mine);
  const early = createEventStream(database.url, database.db);
  const heard: string[] = [];
  early.subscribe(({ subjectId }) => heard.push(subjectId));
  await early.ready();
  expect(heard).toContain("before-it-listened");
  await early.close();
});

it("ends when the database cannot be listened to, and tells the next one what was missed", async () => {
  const last = await newestEventId(database.db);
  const { heard } = listen();
  await waitFor("hello", () => heard.text.includes("event: hello"));
  await database.db.$queryRaw`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'kepler-listen' and datname = current_database()`;
  await waitFor("the end", () => heard.ended);
  await say("while-lost", mine);
  const again = listen(last);
  await waitFor("the missed one", () => again.heard.text.includes("while-lost"));
  await say("heard-again", mine);
  await waitFor("the next one", () => again.heard.text.includes("heard-again"));
  again.leave();
});

it("ends soon after the sign-in was revoked", async () => {
  const { heard } = listen();
  await waitFor("hello", () => heard.text.includes("event: hello"));
  await revokeSession(database.db, lin.id, lin.session, new Date());
  await waitFor("the end", () => heard.ended, 10_000);
});
