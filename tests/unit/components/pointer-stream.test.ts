import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PointerStream } from "../../../components/shell/pointer-stream.ts";
import { type Reach } from "../../../components/shell/query-keys.ts";
import { type StreamStatus } from "../../../components/shell/resuming-stream.ts";

/** The browser's EventSource with the other end in our hands. */
class Wire extends EventTarget {
  closed = false;
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
  }
  close() {
    this.closed = true;
  }
  say(data: object, lastEventId: string, type = "message") {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }
}

function world(signedIn = async () => true) {
  const wires: Wire[] = [];
  const statuses: StreamStatus[] = [];
  const reached: Record<Reach, string[][]> = { own: [], around: [], shared: [] };
  let resets = 0;
  const network: ((online: boolean) => void)[] = [];
  const watchNetwork = (onChange: (online: boolean) => void) => {
    network.push(onChange);
    return () => void network.splice(network.indexOf(onChange), 1);
  };
  const open = (url: string) => {
    const wire = new Wire(url);
    wires.push(wire);
    return wire;
  };
  const stream = new PointerStream({ open, signedIn, watchNetwork, now: () => 5, random: () => 0.5 }, "6", {
    onPointers: (pointers, reach) => reached[reach].push(pointers.map(({ subjectId }) => subjectId)),
    onReset: () => (resets += 1),
    onStatus: (status) => statuses.push(status),
  });
  stream.start();
  const wire = () => wires.at(-1) ?? expect.fail("nothing was opened");
  const turn = (online: boolean) => network.forEach((tell) => tell(online));
  return { stream, wires, wire, statuses, reached, turn, resets: () => resets };
}

const build = (subjectId: string) => ({ kind: "build", subjectId, appId: null });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the event stream of a tab", () => {
  const pods = (subjectId: string, appId: string) => ({ kind: "pods", subjectId, appId });

  it("tells an event at once, those that come close after it together, and never waits for those of another app", async () => {
    const { wire, reached } = world();
    wire().say(pods("a1", "a"), "1");
    wire().say(pods("b1", "b"), "2");
    expect(reached.own).toEqual([["a1"], ["b1"]]);
    wire().say(pods("a2", "a"), "3");
    wire().say(pods("a3", "a"), "4");
    await vi.advanceTimersByTimeAsync(99);
    expect(reached.own).toEqual([["a1"], ["b1"]]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reached.own).toEqual([["a1"], ["b1"], ["a2", "a3"]]);
    await vi.advanceTimersByTimeAsync(2000);
    wire().say(pods("a4", "a"), "5");
    expect(reached.own.at(-1)).toEqual(["a4"]);
  });

  it("tells what stands around a change after the change, and lists when their turn by chance has come", async () => {
    const { wire, reached } = world();
    wire().say(pods("a1", "a"), "1");
    expect([reached.around, reached.shared]).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(40);
    expect([reached.around, reached.shared]).toEqual([[], [["a1"]]]);
    wire().say(pods("b1", "b"), "2");
    await vi.advanceTimersByTimeAsync(250);
    expect(reached.around).toEqual([["a1"], ["b1"]]);
    wire().say(pods("a2", "a"), "3");
    await vi.advanceTimersByTimeAsync(2000);
    expect(reached.around).toEqual([["a1"], ["b1"], ["a2"]]);
    expect(reached.shared).toEqual([["a1"], ["b1", "a2"]]);
  });

  it("begins after the newest event of its page's making, also when it was lost before it heard anything", async () => {
    const { wire, wires } = world();
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(5000);
    expect(wires.map(({ url }) => url)).toEqual(["/api/events?lastEventId=6", "/api/events?lastEventId=6"]);
  });

  it("resumes after the last event that it saw", async () => {
    const { wire } = world();
    wire().say(build("a"), "41");
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wire().url).toBe("/api/events?lastEventId=41");
  });

  it("stays closed when it was stopped while it asked whether it may come back", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { stream, wire, wires, statuses } = world(() => answer.promise);
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(5000);
    stream.pause();
    answer.resolve(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wires).toHaveLength(1);
    expect(statuses.at(-1)).toEqual({ state: "paused" });
    stream.start();
    expect(wires).toHaveLength(2);
  });

  it("is not live as soon as the network has gone, and comes back as soon as there is one again", async () => {
    const { stream, turn, wire, wires, statuses } = world();
    wire().dispatchEvent(new Event("open"));
    wire().say(build("b1"), "41");
    turn(false);
    expect(wire().closed).toBe(true);
    expect(statuses.at(-1)).toEqual({ state: "reconnecting", since: 5 });
    turn(true);
    expect(wires).toHaveLength(2);
    expect(wire().url).toBe("/api/events?lastEventId=41");
    // Nor is the attempt that was due made as well, and one that rests is left alone.
    await vi.advanceTimersByTimeAsync(60_000);
    stream.pause();
    turn(true);
    expect(wires).toHaveLength(2);
  });

  it("waits longer after each failure, and says since when it is not live", async () => {
    const { wire, wires, statuses } = world();
    const waits: number[] = [];
    for (let failure = 0; failure < 7; failure += 1) {
      const before = wires.length;
      wire().dispatchEvent(new Event("error"));
      let waited = 0;
      while (wires.length === before) {
        await vi.advanceTimersByTimeAsync(500);
        waited += 500;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    expect(statuses.at(-1)).toEqual({ state: "reconnecting", since: 5 });
  });

  it("begins from the shortest wait again once it was live", async () => {
    const { wire, wires } = world();
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(1000);
    wire().dispatchEvent(new Event("open"));
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(1000);
    expect(wires).toHaveLength(3);
  });

  it("stops for good when the session has ended", async () => {
    const { turn, wire, wires, statuses } = world(async () => false);
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(600_000);
    turn(true);
    expect(statuses.at(-1)).toEqual({ state: "signed-out" });
    expect(wires).toHaveLength(1);
  });

  it("closes while the tab is hidden and resumes when it is seen again", () => {
    const { stream, wire, wires } = world();
    wire().say(build("a"), "9");
    stream.pause();
    expect(wire().closed).toBe(true);
    stream.start();
    expect(wires.map(({ url }) => url)).toEqual(["/api/events?lastEventId=6", "/api/events?lastEventId=9"]);
  });

  it("reads everything again when too much was missed", () => {
    const { wire, resets } = world();
    wire().say({}, "500", "reset");
    expect(resets()).toBe(1);
  });
});
