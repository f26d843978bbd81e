import "server-only";

const LONGEST_PIECE = 256 * 1024;

/**
 * A stream of UTF-8 bytes as lines without their ends. What stands after the last end is a line of its own ("keep": a
 * program's last words) or was cut off and is nothing ("drop"). A line beyond 256 Ki characters comes in pieces.
 */
export async function* linesOf(stream: AsyncIterable<Uint8Array>, tail: "keep" | "drop"): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    rest += decoder.decode(bytes, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.endsWith("\r") ? line.slice(0, -1) : line;
    if (tail === "keep" && rest.length > LONGEST_PIECE) {
      yield rest;
      rest = "";
    }
  }
  rest += decoder.decode();
  if (tail === "keep" && rest !== "") yield rest;
}
