const PRIME = 0x01000193;
const BASIS = 0x811c9dc5;

/**
 * A short name for some content, as Kubernetes itself names ReplicaSets for their templates: FNV-1a
 * (https://www.rfc-editor.org/rfc/rfc9923), here twice, for 64 bits. Tells versions of one object apart; it is no defence against
 * somebody who wants two of them to meet.
 */
export function contentHash(content: string): string {
  const bytes = new TextEncoder().encode(content);
  const first = fnv1a(bytes, BASIS);
  return [first, fnv1a(bytes, first ^ bytes.length)].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function fnv1a(bytes: Uint8Array, basis: number): number {
  let hash = basis;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, PRIME);
  return hash >>> 0;
}
