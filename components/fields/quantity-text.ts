export type QuantityKind = "cpu" | "bytes";

const BINARY = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 } as const;
const DECIMAL = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;
const UNITS: Record<QuantityKind, Record<string, number>> = {
  // Thousandths of a core; a bare number is cores.
  cpu: { "": 1000, m: 1 },
  // A bare number is Mi: nobody means so few bytes.
  bytes: { "": BINARY.Mi, ...BINARY, ...DECIMAL },
};

/** "0.5", "500m" → 500 millis of a core; "512", "512Mi", "0.5 Gi" → bytes; null for what is no quantity (yet). */
export function parseQuantity(kind: QuantityKind, text: string): number | null {
  const [, digits = "", unit = ""] = /^\s*(\d+(?:[.,]\d+)?)\s*([A-Za-z]*?)B?\s*$/.exec(text) ?? [];
  const factor = UNITS[kind][unit];
  if (digits === "" || factor === undefined) return null;
  return Math.round(Number(digits.replace(",", ".")) * factor);
}

/** The shortest text that reads back as the same number. */
export function quantityText(kind: QuantityKind, value: number): string {
  if (kind === "cpu") return String(value / 1000);
  const unit = (["Ti", "Gi", "Mi", "Ki"] as const).find((name) => value >= BINARY[name] && value % BINARY[name] === 0);
  return unit ? `${value / BINARY[unit]} ${unit}` : `${value / BINARY.Ki} Ki`;
}
