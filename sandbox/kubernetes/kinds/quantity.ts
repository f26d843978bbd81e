// Quantities as in k8s.io/apimachinery/pkg/api/resource: "100m", "1.5", "2Gi", "1e3".
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const SHAPE = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** The amount in its base unit (cores, bytes), or undefined when it is not a quantity. */
export function parseQuantity(value: string | number): number | undefined {
  const match = SHAPE.exec(String(value));
  if (match === null) return undefined;
  const number = Number(match[1]);
  const suffix = match[2] ?? "";
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) return number * 1024 ** binary;
  if (/^[eE]/.test(suffix) && suffix.length > 1) return number * 10 ** Number(suffix.slice(1));
  return number * 10 ** (DECIMAL[suffix] ?? 0);
}

/** The API's canonical spelling: "1000m" becomes "1", "0.5" becomes "500m", "1024Mi" becomes "1Gi". */
export function canonicalQuantity(value: string | number): string {
  const amount = parseQuantity(value);
  if (amount === undefined || amount === 0) return amount === 0 ? "0" : String(value);
  if (/i$/.test(String(value)) && Number.isInteger(amount)) {
    let power = 0;
    while (power < BINARY.length - 1 && amount % 1024 ** (power + 1) === 0) power += 1;
    return `${amount / 1024 ** power}${BINARY[power] ?? ""}`;
  }
  const nano = BigInt(Math.round(amount * 1e9));
  const suffixes = Object.entries(DECIMAL).sort((a, b) => b[1] - a[1]);
  for (const [suffix, exponent] of suffixes) {
    const unit = 10n ** BigInt(exponent + 9);
    if (nano % unit === 0n) return `${nano / unit}${suffix}`;
  }
  return `${nano}n`;
}

/** An amount of something in its usual unit: bytes of memory and storage in powers of two. */
export function formatAmount(name: string, amount: number): string {
  const isBytes = /memory|storage/.test(name) && Number.isInteger(amount / 1024);
  return isBytes ? canonicalQuantity(`${amount / 1024}Ki`) : canonicalQuantity(amount);
}
