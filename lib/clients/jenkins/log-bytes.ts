import "server-only";

/**
 * How many of these UTF-8 bytes form whole characters: a chunk of a growing log may end within one (RFC 3629 §3).
 * Bytes that are not UTF-8 at all count as whole, so that reading never stands still on them.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}
