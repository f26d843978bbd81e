/**
 * Kubernetes quantities: "500m" of a core, "256Mi" of memory
 * (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). Exact: amounts are whole
 * billionths, never floating-point numbers.
 */
export type QuantityProblem = "quantity.format" | "quantity.negative" | "quantity.too-large" | "quantity.too-fine";
export type Parsed<Value> = { value: Value; problem?: never } | { value?: never; problem: QuantityProblem };

const SHAPE = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE]([+-]?\d+))?$/;
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

const NANOS = 1_000_000_000n;
/** "No quantity may represent a number greater than 2^63-1 in magnitude." */
const MOST = (2n ** 63n - 1n) * NANOS;
/** Exponents beyond this are too large or too fine whatever stands before them, and need not be multiplied out. */
const LONGEST_EXPONENT = 64;
const LONGEST_TEXT = 64;

/** The amount in billionths of its unit (cores, bytes). What is finer than that is a problem, not rounded away. */
export function parseQuantity(text: string): Parsed<bigint> {
  const match = text.length <= LONGEST_TEXT ? SHAPE.exec(text) : null;
  if (!match) return { problem: "quantity.format" };
  const [, sign, whole = "", fraction = "", bare = "", suffix = "", exponent] = match;
  const decimals = fraction + bare;
  const digits = BigInt(whole + decimals);
  const power = exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent);
  if (digits === 0n) return { value: 0n };
  if (Math.abs(power) > LONGEST_EXPONENT) return { problem: power > 0 ? "quantity.too-large" : "quantity.too-fine" };

  const binary = 1024n ** BigInt(Math.max(0, BINARY.indexOf(suffix)));
  const scale = 9 + power - decimals.length;
  const amount = digits * binary * 10n ** BigInt(Math.max(0, scale));
  const divisor = 10n ** BigInt(Math.max(0, -scale));
  if (amount % divisor !== 0n) return { problem: "quantity.too-fine" };
  const value = amount / divisor;
  if (value > MOST) return { problem: "quantity.too-large" };
  return { value: sign === "-" ? -value : value };
}

/** Thousandths of a core. */
export const parseCpuMillis = (text: string): Parsed<number> => wholeUnits(text, NANOS / 1000n);
/** Whole bytes. */
export const parseBytes = (text: string): Parsed<number> => wholeUnits(text, NANOS);

function wholeUnits(text: string, unit: bigint): Parsed<number> {
  const { value: nanos, problem } = parseQuantity(text.trim());
  if (problem) return { problem };
  if (nanos < 0n) return { problem: "quantity.negative" };
  if (nanos % unit !== 0n) return { problem: "quantity.too-fine" };
  const units = nanos / unit;
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? { problem: "quantity.too-large" } : { value: Number(units) };
}

/** As the API server writes it back: "500m", "2". */
export const printCpu = (millis: number): string => (millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`);

/** As the API server writes it back: the largest binary unit of which it is a whole number, such as "1536Mi". */
export function printBytes(bytes: number): string {
  let power = 0;
  while (bytes > 0 && power < BINARY.length - 1 && bytes % 1024 ** (power + 1) === 0) power += 1;
  return `${bytes / 1024 ** power}${BINARY[power] ?? ""}`;
}
