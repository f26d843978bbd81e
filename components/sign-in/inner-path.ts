/**
 * Where to go on after the sign-in: a path of our own, never another site ("//evil.example", "/\evil.example" and
 * absolute addresses all lead to the overview).
 */
export function innerPath(wish: unknown): string {
  if (typeof wish !== "string") return "/";
  const base = "http://kepler.invalid";
  if (!wish.startsWith("/") && !wish.startsWith("http")) return "/";
  try {
    const url = new URL(wish, base);
    return url.origin === base ? url.pathname + url.search : "/";
  } catch {
    return "/";
  }
}
