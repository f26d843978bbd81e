const TIGHT = 0.85;
const FULL = 0.95;

/** How loud a use is that is so large a share of its limit: from 85 % on somebody should look, from 95 % on at once. */
export function toneOfUse(share: number): "warn" | "fail" | undefined {
  if (share >= FULL) return "fail";
  return share >= TIGHT ? "warn" : undefined;
}
