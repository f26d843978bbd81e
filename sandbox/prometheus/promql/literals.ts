import { RE2JS } from "re2js";
import { type LabelTest } from "./ast.ts";

const UNITS: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** "5m", "1h30m", "-10s" in milliseconds; undefined when it is no duration. */
export function durationOf(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const plain = text.replace(/^[-+]/, "");
  if (!/^(\d+(ms|[smhdwy]))+$/.test(plain)) return undefined;
  const parts = [...plain.matchAll(/(\d+)(ms|[smhdwy])/g)];
  return sign * parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
}

/** Go's numbers: 1e3, 0x1F, 1_000, Inf, NaN; a duration counts as seconds. */
export function numberOf(text: string): number {
  const plain = text.replaceAll(/[\s_]/g, "").toLowerCase();
  const sign = plain.startsWith("-") ? -1 : 1;
  const digits = plain.replace(/^[-+]/, "");
  if (digits === "inf") return sign * Infinity;
  if (digits === "nan") return NaN;
  const ms = durationOf(digits);
  return sign * (ms === undefined ? Number(digits) : ms / 1000);
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** A quoted string as Go reads it; backticks take everything as it is. */
export function stringOf(quoted: string): string {
  const inside = quoted.slice(1, -1);
  if (quoted.startsWith("`")) return inside;
  return inside.replaceAll(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[0-7]{3}|.)/gs, (_whole, escape: string) => {
    if (/^[xu]/.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]{3}$/.test(escape)) return String.fromCodePoint(Number.parseInt(escape, 8));
    return ESCAPES[escape] ?? escape;
  });
}

/** A label matcher; regular expressions are RE2's and have to fit the whole value. */
export function labelTest(label: string, op: string, value: string): LabelTest {
  switch (op) {
    case "=":
      return { label, op, value, equals: value, fits: (found) => found === value };
    case "!=":
      return { label, op, value, fits: (found) => found !== value };
    case "=~":
    case "!~": {
      const pattern = RE2JS.compile(`^(?:${value})$`);
      // Thousands of series share a few values of most labels.
      const known = new Map<string, boolean>();
      const fits = (found: string): boolean => {
        const fit = known.get(found) ?? pattern.matcher(found).matches() === (op === "=~");
        known.set(found, fit);
        return fit;
      };
      return { label, op, value, fits };
    }
    default:
      throw new Error(`unexpected "${op}" in label matching`);
  }
}
