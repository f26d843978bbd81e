import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallOutcome, type SystemStanding, standingAfter } from "#lib/clusters/system-rules";
import { ERROR_CODES } from "#lib/platform/errors";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));
const failure = (code: (typeof ERROR_CODES)[number]): CallOutcome => ({
  ok: false,
  error: { code, message: code, system: "gitlab" },
});

test("only silence and refused credentials are down: an answer that we do not like is still an answer", () => {
  const down = ERROR_CODES.filter((code) => standingAfter(null, failure(code), at(0)).state === "down");
  expect(down).toEqual(["denied", "unavailable"]);
});

test("since is the first call of the present state, and the last good answer is never forgotten", () => {
  const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(outcomes, (oks) => {
      let standing: SystemStanding | null = null;
      oks.forEach((ok, i) => (standing = standingAfter(standing, ok ? { ok } : failure("unavailable"), at(i))));
      const present = oks.at(-1);
      const since = oks.lastIndexOf(!present) + 1;
      const lastOk = oks.lastIndexOf(true);
      expect(standing).toMatchObject({
        state: present ? "up" : "down",
        since: at(since),
        lastOkAt: lastOk < 0 ? null : at(lastOk),
        reason: present ? null : "unavailable",
      });
    }),
  );
});
