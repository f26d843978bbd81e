import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { fromLocalInput, toLocalInput } from "../../../components/ui/local-time.ts";

const own = process.env.TZ;
afterEach(() => {
  process.env.TZ = own;
});

describe.each([
  ["Asia/Shanghai", "2026-03-29T22:00", "2026-03-29T14:00:00.000Z"],
  ["Europe/Berlin", "2026-03-29T01:30", "2026-03-29T00:30:00.000Z"],
  // Summer time begins in between.
  ["Europe/Berlin", "2026-03-29T22:00", "2026-03-29T20:00:00.000Z"],
  ["America/New_York", "2026-11-25T22:00", "2026-11-26T03:00:00.000Z"],
  ["Asia/Kolkata", "2026-11-25T22:00", "2026-11-25T16:30:00.000Z"],
])("on a clock in %s", (zone, wall, moment) => {
  it(`${wall} is ${moment}, and the other way round`, () => {
    process.env.TZ = zone;
    expect(fromLocalInput(wall)?.toISOString()).toBe(moment);
    expect(toLocalInput(new Date(moment))).toBe(wall);
  });
});

it("a time that a clock set forward never shows means the one after the gap", () => {
  process.env.TZ = "Europe/Berlin";
  expect(fromLocalInput("2026-03-29T02:30")?.toISOString()).toBe("2026-03-29T01:30:00.000Z");
});

it("what is shown is what is meant, to the minute, but for the hour that a clock shows twice", () => {
  process.env.TZ = "Asia/Shanghai";
  const moments = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(moments, (at) => {
      expect(fromLocalInput(toLocalInput(at))?.getTime()).toBe(Math.floor(at.getTime() / 60_000) * 60_000);
    }),
  );
});

it("a field that holds no time means none", () => {
  for (const text of ["", "2026-03-29", "22:00", "2026-13-01T00:00", "tomorrow"])
    expect(fromLocalInput(text)).toBeNull();
});
