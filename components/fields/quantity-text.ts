import { parseBytes, parseCpuMillis, printBytes } from "#lib/apps/quantity-rules";

export type QuantityKind = "cpu" | "bytes";

/** "0.5", "500m" → millis of a core; "512" (Mi: nobody means so few bytes), "512 Mi", "0,5Gi" → bytes; null for none. */
export function parseQuantity(kind: QuantityKind, text: string): number | null {
  const plain = text.replace(/\s+/g, "").replace(",", ".").replace(/B$/, "");
  const parsed = kind === "cpu" ? parseCpuMillis(plain) : parseBytes(/^[\d.]+$/.test(plain) ? `${plain}Mi` : plain);
  return parsed.value ?? null;
}

/** Text that reads back as the same number. */
export function quantityText(kind: QuantityKind, value: number): string {
  if (kind === "cpu") return String(value / 1000);
  const text = printBytes(value);
  // Bare bytes would be read as Mi.
  return /^\d+$/.test(text) ? `${value / 1024}Ki` : text;
}
