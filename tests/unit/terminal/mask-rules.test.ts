import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { visibleText } from "#lib/terminal/control-rules";
import { MASK, OutputMask, type TimedText } from "#lib/terminal/mask-rules";

const through = (secrets: string[], chunks: string[]): TimedText[] => {
  const mask = new OutputMask(secrets);
  return [...chunks.flatMap((chunk, at) => mask.push(chunk, at)), ...mask.flush(chunks.length)];
};
const masked = (secrets: string[], ...chunks: string[]) =>
  through(secrets, chunks)
    .map(({ text }) => text)
    .join("");

describe("what a terminal writes", () => {
  it("goes through as it is where there is no secret", () => {
    const text = "\u001b[32mapp\u001b[0m:/srv$ echo 你好 \r\n你好\r\n";
    expect(masked(["hunter22"], text)).toBe(text);
  });

  it("is shown without a secret, in clear or in an address", () => {
    expect(masked(["p@ss word"], "a p@ss word b p%40ss%20word c")).toBe(`a ${MASK} b ${MASK} c`);
  });

  it("hides a secret that is typed key by key, coloured, or wrapped over lines", () => {
    expect(masked(["hunter22"], ..."x=hunter22\r\n")).toBe(`x=${MASK}\r\n`);
    expect(masked(["hunter22"], "\u001b[31mhun", "\u001b[0", "mter22!")).toBe(`\u001b[31m${MASK}\u001b[0m!`);
    expect(masked(["hunter22"], "hunt \rer22 ok")).toBe(`${MASK} \r ok`);
    expect(masked(["one\ntwo\n"], "one\r\ntwo\r\n")).toBe(`${MASK}\r\n\r\n`);
  });

  it("hides tokens and private keys that nobody has told it of", () => {
    expect(masked([], "remote: glpat-abcDEF", "0123456789-xyz ok")).toBe(`remote: ${MASK} ok`);
    expect(masked([], "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0", "AAAA.c2ln\r\n")).toBe(`${MASK}\r\n`);
    const key = ["-----BEGIN RSA PRI", "VATE KEY-----\r\nMIIE\r\nabc=\r\n", "-----END RSA PRIVATE KEY-----\r\n$ "];
    expect(masked([], ...key)).toBe(`${MASK}\r\n\r\n\r\n\r\n$ `);
    expect(masked([], "-----BEGIN PRIVATE KEY-----\r\nMIIE")).not.toContain("MIIE");
  });

  it("hides a secret that JSON has escaped, and one that is longer than what is held back else", () => {
    const account = '{\n  "id": "a",\n  "word": "c\\\\d"\n}';
    expect(masked([account], JSON.stringify({ level: "info", account }))).toBe(`{"level":"info","account":"${MASK}"}`);
    const long = Array.from({ length: 30_000 }, (_, i) => i.toString(36)).join("+");
    const chunks = Array.from({ length: Math.ceil(long.length / 4096) }, (_, i) =>
      long.slice(i * 4096, (i + 1) * 4096),
    );
    expect(long.length).toBeGreaterThan(64 * 1024);
    expect(masked([long], ...chunks)).toBe(MASK);
  });

  it("hides all of a private key that was cut off before another one began", () => {
    const cutOff = "-----BEGIN EC PRIVATE KEY-----\r\nMHcCAQEE\r\n";
    const whole = "-----BEGIN PRIVATE KEY-----\r\nMIIE\r\n-----END PRIVATE KEY-----";
    expect(visibleText(masked([], cutOff, whole, "\r\nok"))).toBe(`${MASK}ok`);
  });

  // Anybody's text: a pattern that tries again at each of many beginnings would hold up the process for minutes here.
  it.each([
    ["beginnings of a JWT", "eyJ".repeat(400_000)],
    ["beginnings of a private key", "-----BEGIN PRIVATE KEY-----".repeat(40_000)],
    ["control characters", "\u0007".repeat(1_000_000)],
    ["letters between control characters", "a\u0007".repeat(500_000)],
  ])("costs no more than its length: %s", { timeout: 60_000 }, (_, text) => {
    const startedAt = performance.now();
    expect(masked([], text, "\r\n")).toMatch(/\r\n$/);
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });

  it("keeps the time at which each piece came, though it was held back", () => {
    expect(through(["hunter22"], ["ls\r\n", "hun", "gry "])).toEqual([
      { at: 0, text: "ls\r\n" },
      { at: 1, text: "hun" },
      { at: 2, text: "gry" },
      { at: 3, text: " " },
    ]);
  });

  it("is not held back for ever by what never ends", () => {
    const mask = new OutputMask([]);
    const shown = Array.from({ length: 40 }, (_, i) => mask.push("x".repeat(4096), i)).flat();
    expect(shown.map(({ text }) => text).join("").length).toBeGreaterThan(30 * 4096);
  });
});

/** Few letters, so that secrets come about, overlap and nearly come about. */
const letters = fc.constantFrom("a", "b", "c", "-", " ");
const secret = fc
  .string({ unit: letters, minLength: 4, maxLength: 7 })
  .filter((text) => text.trim().length === text.length);
const noise = fc.constantFrom("\u001b[1m", "\u001b[0m", "\r\n", "\u0007", "\u001b]0;title\u0007", "\b");
const output = fc.array(fc.oneof({ weight: 6, arbitrary: letters }, { weight: 1, arbitrary: noise }, secret), {
  maxLength: 60,
});
const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 20 });

function cut(text: string, at: number[]): string[] {
  const places = [...new Set([0, ...at.filter((place) => place < text.length), text.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, i) => text.slice(places[i], end));
}

describe("whatever is written, however it is cut", () => {
  it("no secret is ever seen", () => {
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), output, cuts, (secrets, parts, at) => {
        const text = parts.join("") + secrets.join("\u001b[0m");
        const seen = visibleText(masked(secrets, ...cut(text, at)));
        expect(secrets.filter((each) => seen.includes(each))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("the same is shown as if it had come in one piece", () => {
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 4 }), output, cuts, (secrets, parts, at) => {
        const text = parts.join("");
        expect(masked(secrets, ...cut(text, at))).toBe(masked(secrets, text));
      }),
      { numRuns: 2_000 },
    );
  });

  it("everything else is shown", () => {
    fc.assert(
      fc.property(output, cuts, (parts, at) => {
        const text = parts.join("");
        expect(masked(["zzzz"], ...cut(text, at))).toBe(text);
      }),
    );
  });
});
