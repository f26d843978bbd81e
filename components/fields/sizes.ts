/** Presets of one pod's size, and "free" for any other. */
export const SIZES = ["small", "medium", "large", "free"] as const;
export type Size = (typeof SIZES)[number];
