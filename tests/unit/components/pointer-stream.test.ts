import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PointerStream, type StreamStatus } from "../../../components/shell/pointer-stream.ts";

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
  const heard: string[][] = [];
  let resets = 0;
  const open = (url: string) => {
    const wire = new Wire(url);
    wires.push(wire);
    return wire as unknown as EventSource;
  };
  const stream = new PointerStream(
    { open, signedIn, now: () => 5, random: () => 0.5 },
    {
      onPointers: (pointers) => heard.push(pointers.map(({ subjectId }) => subjectId)),
      onReset: () => (resets += 1),
      onStatus: (status) => statuses.push(status),
    },
  );
  stream.start();
  const wire = () => wires.at(-1) ?? expect.fail("nothing was opened");
  return { stream, wires, wire, statuses, heard, resets: () => resets };
}

const build = (subjectId: string) => ({ kind: "build", subjectId, appId: null });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the event stream of a tab", () => {
  it("tells events that come close together at once", async () => {
    const { wire, heard } = world();
    wire().say(build("a"), "1");
    wire().say(build("b"), "2");
    await vi.advanceTimersByTimeAsync(1000);
    expect(heard).toEqual([["a", "b"]]);
  });

  it("resumes after the last event that it saw", async () => {
    const { wire } = world();
    wire().say(build("a"), "41");
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wire().url).toBe("/api/events?lastEventId=41");
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
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
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
    const { wire, wires, statuses } = world(async () => false);
    wire().dispatchEvent(new Event("error"));
    await vi.advanceTimersByTimeAsync(600_000);
    expect(statuses.at(-1)).toEqual({ state: "signed-out" });
    expect(wires).toHaveLength(1);
  });

  it("closes while the tab is hidden and resumes when it is seen again", () => {
    const { stream, wire, wires } = world();
    wire().say({}, "9", "hello");
    stream.pause();
    expect(wire().closed).toBe(true);
    stream.start();
    expect(wires.map(({ url }) => url)).toEqual(["/api/events", "/api/events?lastEventId=9"]);
  });

  it("reads everything again when too much was missed", () => {
    const { wire, resets } = world();
    wire().say({}, "500", "reset");
    expect(resets()).toBe(1);
  });
});
