import "server-only";

/** Texts of `Warning: 299 - "…"` headers (RFC 7234 §5.5 as Kubernetes uses it), quotes undone. */
export function warningsOf(headers: Headers): string[] {
  const header = headers.get("warning") ?? "";
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}
