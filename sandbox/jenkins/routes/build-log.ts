import { open } from "node:fs/promises";

/** Of a log the bytes `start` to `end` (its present end by default), and where they end; a start beyond it begins again at 0. */
export async function readFrom(
  path: string,
  start: number,
  end?: number | null,
): Promise<{ bytes: Buffer; size: number }> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return { bytes: Buffer.alloc(0), size: 0 };
  try {
    const { size } = await file.stat();
    const from = start > size ? 0 : start;
    const length = Math.max(0, Math.min(end ?? size, size) - from);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
    return { bytes: buffer.subarray(0, bytesRead), size: from + bytesRead };
  } finally {
    await file.close();
  }
}
