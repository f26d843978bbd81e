import fc from "fast-check";
import { expect, test } from "vitest";
import { decodePositions, encodePositions, LineGate, timedLine, utcTime } from "#lib/logs/resume-rules";

const at = (nanos: number) =>
  `2026-01-01T00:00:${String(Math.floor(nanos / 1e9)).padStart(2, "0")}.${String(nanos % 1e9).padStart(9, "0")}Z`;

test("a line is its time and its text, which may be empty or hold anything", () => {
  expect(timedLine(`${at(5)} hello  world`)).toEqual({ at: at(5), text: "hello  world" });
  expect(timedLine(`${at(5)} `)).toEqual({ at: at(5), text: "" });
  expect(timedLine(at(5))).toEqual({ at: at(5), text: "" });
  expect(timedLine("half of a li")).toBeNull();
});

test("times are of one length and zone, whatever the node writes", () => {
  expect(utcTime("2026-01-01T00:00:00.5Z")).toBe("2026-01-01T00:00:00.500000000Z");
  expect(utcTime("2026-01-01T00:00:00Z")).toBe("2026-01-01T00:00:00.000000000Z");
  expect(utcTime("2026-01-01T08:00:00.000000001+08:00")).toBe("2026-01-01T00:00:00.000000001Z");
  expect(utcTime("2026-01-01 00:00:00")).toBeNull();
});

/** Lines in the order of a container's log: some at one moment, some overtaken by the other output, some of one text. */
const log = fc
  .array(
    fc.record({
      gap: fc.constantFrom(0, 0, 1_000, 400_000_000, 1_500_000_000),
      early: fc.constantFrom(0, 0, 0, 900),
      text: fc.constantFrom("a", "b"),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    let nanos = 10_000;
    return steps.map(({ gap, early, text }) => ({ at: at((nanos += gap) - early), text }));
  });

test("a log that is cut anywhere, any number of times, has no gap and no repeat, whoever goes on with it", () => {
  const cuts = fc.array(fc.record({ lines: fc.nat(12), anew: fc.boolean() }), { maxLength: 6 });
  fc.assert(
    fc.property(log, cuts, (lines, each) => {
      let gate = new LineGate(null);
      const read: { at: string; text: string }[] = [];
      for (const { lines: count, anew } of [...each, { lines: Infinity, anew: false }]) {
        // Another process goes on from what the browser brings along.
        if (anew && gate.position) gate = new LineGate(roundTrip(gate.position));
        const since = gate.connect() ?? "";
        // As the API server does: whole seconds.
        const sent = lines.filter((line) => line.at.slice(0, 19) >= since.slice(0, 19));
        read.push(...sent.slice(0, count).filter((line) => gate.passes(line.at)));
      }
      expect(read).toEqual(lines);
    }),
    { numRuns: 500 },
  );
});

test("what began with the last lines only goes on without those before them", () => {
  const lines = Array.from({ length: 10 }, (_, i) => at(i * 1_000));
  const gate = new LineGate(null);
  gate.connect();
  expect(lines.slice(-4, -1).filter((line) => gate.passes(line))).toHaveLength(3);
  gate.connect();
  expect(lines.filter((line) => gate.passes(line))).toEqual([lines[9]]);
});

test("a connection that begins later than the reader has come leaps; a detour then gives nothing twice", () => {
  const gate = new LineGate({ at: at(5_000), count: 2, from: at(0).slice(0, 19) });
  gate.connect();
  expect(gate.leaps([`${at(5_000)} known`])).toBeNull();
  expect(gate.leaps([`${at(9_000)} later`])).toEqual({ after: at(5_000), before: at(9_000) });
  // The file before the restart: what the reader has, and what it missed.
  expect([1_000, 5_000, 6_000, 7_000].map(at).filter((line) => gate.passes(line))).toEqual([at(6_000), at(7_000)]);
  expect(gate.leaps([`${at(9_000)} later`])).toBeNull();
  gate.distrust();
  expect([6_000, 7_000, 8_000].map(at).filter((line) => gate.passes(line))).toEqual([at(8_000)]);
});

/** A kubelet follows on into the next file, but gives a new reader the newest file only (containerLogMaxSize). */
test("of a log that is rotated nothing is repeated, and what went with an older file is a leap", () => {
  const gaps = fc.array(fc.constantFrom(1_000, 400_000_000, 1_500_000_000), { maxLength: 30 });
  const reads = fc.array(fc.record({ lines: fc.nat(12), rotated: fc.nat(20) }), { maxLength: 6 });
  fc.assert(
    fc.property(gaps, reads, (each, connections) => {
      let nanos = 0;
      const lines = each.map((gap) => at((nanos += gap)));
      const gate = new LineGate(null);
      const read: string[] = [];
      const leaps: { after: string; before: string }[] = [];
      let newest = 0;
      for (const { lines: count, rotated } of [...connections, { lines: Infinity, rotated: 0 }]) {
        const since = gate.connect() ?? "";
        const sent = lines.slice(newest).filter((line) => line.slice(0, 19) >= since.slice(0, 19));
        const leap = gate.leaps(sent.map((line) => `${line} text`));
        if (leap) {
          leaps.push(leap);
          gate.distrust();
        }
        read.push(...sent.slice(0, count).filter((line) => gate.passes(line)));
        // Rotated while it was followed, or while nobody read.
        newest = Math.max(newest, Math.min(rotated, lines.length));
      }
      const between = lines.slice(lines.indexOf(read[0] ?? ""), lines.indexOf(read.at(-1) ?? ""));
      const told = (line: string) => leaps.some(({ after, before }) => after < line && line < before);
      expect(read).toEqual([...new Set(read)].sort());
      expect(between.filter((line) => !read.includes(line) && !told(line))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

const roundTrip = (position: Parameters<typeof encode>[0]) => decodePositions(encode(position)).get("shop-1") ?? null;
const encode = (position: NonNullable<LineGate["position"]>) => encodePositions(new Map([["shop-1", position]]));

test("positions survive the way through the browser, pod by pod; a bare time is every pod's, nonsense is none", () => {
  const whole = { at: at(1), count: 3, from: at(1).slice(0, 19) };
  const positions = new Map([
    ["shop-1", whole],
    ["shop-2", { at: at(9), count: 2, from: at(7) }],
    ["shop-3", { at: at(2), count: Infinity, from: at(2).slice(0, 19) }],
  ]);
  expect(decodePositions(encodePositions(positions))).toEqual(positions);
  expect(decodePositions(at(3))).toEqual(new Map([["", { at: at(3), count: Infinity, from: at(3).slice(0, 19) }]]));
  expect(decodePositions("nonsense, more=nonsense, x=~3~~")).toEqual(new Map());
});

test("a further piece of a long line has its time, and what the cluster says by itself is no line", () => {
  const gate = new LineGate(null);
  gate.connect();
  expect(gate.take(["failed to open the log", `${at(1)} begins`, "goes on", `${at(2)} next`])).toEqual([
    [at(1), "begins"],
    [at(1), "goes on"],
    [at(2), "next"],
  ]);
  gate.connect();
  expect(gate.take([`${at(1)} begins`, "goes on", `${at(2)} next`, "its end"])).toEqual([[at(2), "its end"]]);
});
