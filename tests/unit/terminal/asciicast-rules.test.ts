import fc from "fast-check";
import { expect, it } from "vitest";
import { castHead, castLine, findInCast, readCast, sizeIn } from "#lib/terminal/asciicast-rules";

const head = castHead({ columns: 80, rows: 24, startedAt: new Date(1_700_000_000_000), title: "shop-1 / app" });
const cast = (...events: [number, "o" | "r", string][]) =>
  readCast(head + events.map(([ms, kind, data]) => castLine(ms, kind, data)).join(""));

it("a recording is lines of JSON as asciicast v2 has them", () => {
  expect(head).toBe('{"version":2,"width":80,"height":24,"timestamp":1700000000,"title":"shop-1 / app"}\n');
  expect(castLine(1_234, "o", "\u001b[1m你好\r\n")).toBe('[1.234,"o","\\u001b[1m你好\\r\\n"]\n');
});

it("what was written is read again, whatever it was", () => {
  const events = fc.array(
    fc.tuple(fc.nat(), fc.constantFrom("o" as const, "r" as const), fc.string({ unit: "binary" })),
  );
  fc.assert(
    fc.property(events, (written) => {
      expect(cast(...written).events).toEqual(written.map(([ms, kind, data]) => [ms / 1000, kind, data]));
    }),
  );
});

it("events of other kinds are left out", () => {
  const text = `${head}${castLine(0, "o", "a")}[0.5,"i","secret"]\n[0.7,"m","mark"]\n${castLine(900, "o", "b")}`;
  expect(readCast(text)).toMatchObject({
    width: 80,
    height: 24,
    seconds: 0.9,
    events: [
      [0, "o", "a"],
      [0.9, "o", "b"],
    ],
  });
});

it("a text is found where it was seen: over pieces, through colours, in any case, with its moment", () => {
  const film = cast(
    [0, "o", "$ \u001b[31mOut"],
    [2_000, "o", "OfMem\u001b[0mory here\r\nnext"],
    [3_000, "r", "100x30"],
  );
  expect(findInCast(film, "outofmemory")).toEqual([{ seconds: 0, before: "$ ", text: "OutOfMemory", after: " here" }]);
  expect(findInCast(film, "next")).toEqual([{ seconds: 2, before: "", text: "next", after: "" }]);
  expect(findInCast(film, "nowhere")).toEqual([]);
  expect(findInCast(film, "")).toEqual([]);
});

it("a size is two numbers", () => {
  expect(sizeIn("132x50")).toEqual({ columns: 132, rows: 50 });
  expect(sizeIn("132")).toBeNull();
});
