import "server-only";

const LONGEST_PIECE = 256 * 1024;

/** The lines that came together; `rest`, with the last of them only, is what stood after the last end. */
export type LinesTogether = { lines: string[]; rest: string | null };

/**
 * A stream of UTF-8 bytes as lines without their ends, those that came together as one array: cheap for who reads
 * millions. A line beyond `longest` characters comes in pieces, cut at the same places each time.
 */
export async function* linesTogether(
  stream: AsyncIterable<Uint8Array>,
  longest = LONGEST_PIECE,
): AsyncGenerator<LinesTogether> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const text = rest + decoder.decode(bytes, { stream: true });
    let lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
    if (text.length > longest) lines = lines.flatMap((line) => piecesOf(line, longest));
    rest = lines.pop() ?? "";
    // Its return may be followed by its end.
    if (text.endsWith("\r")) rest += "\r";
    if (lines.length > 0) yield { lines, rest: null };
  }
  rest += decoder.decode();
  if (rest !== "") yield { lines: [], rest };
}

function piecesOf(line: string, longest: number): string[] {
  const pieces: string[] = [];
  let from = 0;
  for (; line.length - from > longest; from += longest) pieces.push(line.slice(from, from + longest));
  return [...pieces, line.slice(from)];
}

/** Whole lines, however long; what is cut off by the end of the stream was never said. */
export async function* wholeLinesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  for await (const { lines } of linesTogether(stream, Infinity)) yield* lines;
}
