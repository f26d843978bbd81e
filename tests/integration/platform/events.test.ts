import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  createEventStream,
  type EventPointer,
  type EventStream,
  eventsAfter,
  newestEventId,
  pruneEvents,
  publish,
} from "#lib/platform/events";
import { type FreshDatabase, freshDatabase } from "#tests/world/postgres";
import { waitFor } from "#tests/world/wait-for";

let database: FreshDatabase;
let stream: EventStream;
let heard: EventPointer[];

beforeAll(async () => {
  database = await freshDatabase();
});
beforeEach(async () => {
  stream = createEventStream(database.url, database.db);
  await stream.ready();
  heard = [];
  stream.subscribe((event) => heard.push(event));
});
afterEach(() => stream.close());
afterAll(() => database.drop());

const subjects = () => heard.map((event) => event.subjectId);
const say = (subjectId: string) =>
  database.db.$transaction((tx) => publish(tx, { kind: "app", subjectId, teamId: null, appId: null }));

describe("the outbox", () => {
  it("tells of a change once its transaction has committed, and never of one that was undone", async () => {
    await expect(
      database.db.$transaction(async (tx) => {
        await publish(tx, { kind: "app", subjectId: "undone", teamId: null, appId: null });
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    await say("kept");
    await waitFor("the event", () => heard.length > 0);
    expect(subjects()).toEqual(["kept"]);
  });

  it("tells those that listened before it broke off what they missed", async () => {
    await say("before");
    await waitFor("the first event", () => heard.length === 1);
    // What a database restart does to a LISTEN connection.
    await database.db.$executeRaw`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'kepler-listen' and datname = current_database()`;
    await say("meanwhile");
    await waitFor("the missed event", () => subjects().includes("meanwhile"));
    await say("after");
    await waitFor("a later event", () => subjects().includes("after"));
  });

  it("gives a late reader all that followed an id, even what committed out of order", async () => {
    const release = Promise.withResolvers<void>();
    const slow = database.db.$transaction(async (tx) => {
      await publish(tx, { kind: "app", subjectId: "slow", teamId: null, appId: null });
      await release.promise;
    });
    await say("quick");
    const last = await newestEventId(database.db);
    release.resolve();
    await slow;
    const later = await eventsAfter(database.db, last);
    expect(later.map((event) => event.subjectId)).toContain("slow");
    expect(later.map((event) => event.id)).not.toContain(last);
  });

  it("goes on with what it knows when a newer version tells of something else, live and after a break", async () => {
    const ofNewer = { kind: "of-a-newer-version", subjectId: "unknown", teamId: null, appId: null };
    // What another version of Kepler writes, by its own publish().
    const sayUnknown = () =>
      database.db.$transaction((tx) => publish(tx, { ...ofNewer, kind: ofNewer.kind as EventPointer["kind"] }));
    const from = await newestEventId(database.db);
    await sayUnknown();
    await say("known");
    await waitFor("the known one", () => subjects().includes("known"));
    expect(subjects()).not.toContain("unknown");
    expect((await eventsAfter(database.db, from)).map(({ subjectId }) => subjectId)).toContain("known");
    const late = createEventStream(database.url, database.db);
    await late.ready();
    await late.close();
  });

  it("stops telling whoever has unsubscribed", async () => {
    const mine: EventPointer[] = [];
    const unsubscribe = stream.subscribe((event) => mine.push(event));
    unsubscribe();
    await say("unheard");
    await waitFor("the event", () => subjects().includes("unheard"));
    expect(mine).toEqual([]);
  });

  it("forgets what is old", async () => {
    await say("old");
    expect(await pruneEvents(database.db, new Date(Date.now() + 1_000))).toBeGreaterThan(0);
    expect(await database.db.outboxEvent.count()).toBe(0);
  });
});
