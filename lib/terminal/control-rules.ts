/** A piece of what a terminal receives: text that is seen, or what only steers it (ECMA-48 sequences, control characters). */
export type Piece = { text: string; visible: boolean };

const ESC = "\u001b";
/**
 * CSI, OSC, the other strings, the short escapes; a control character; and the space and return by which readline wraps
 * a line (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
 */
const CONTROL = new RegExp(
  [
    `${ESC}\\[[0-?]*[ -/]*[@-~]`,
    `${ESC}\\][^\\u0007${ESC}]*(?:\\u0007|${ESC}\\\\)`,
    `${ESC}[PX^_][^${ESC}]*${ESC}\\\\`,
    `${ESC}[ -/]*[0-OQ-WYZ\\\\\`-~]`,
    " \\r",
    `[\\u0000-\\u001a\\u001c-\\u001f\\u007f]`,
  ].join("|"),
  "g",
);
const LONGEST_SEQUENCE = 4096;

/** Cuts text into pieces; `rest` is the beginning of a sequence that goes on in what comes next. */
export function piecesOf(text: string): { pieces: Piece[]; rest: string } {
  const pieces: Piece[] = [];
  let from = 0;
  const upTo = (end: number) => {
    if (end > from) pieces.push({ text: text.slice(from, end), visible: true });
  };
  for (const match of text.matchAll(CONTROL)) {
    upTo(match.index);
    pieces.push({ text: match[0], visible: false });
    from = match.index + match[0].length;
  }
  const begun = beginningAt(text, from);
  upTo(begun);
  return { pieces, rest: text.slice(begun) };
}

/** Where at the end of the text, not before `from`, a sequence may have begun; its length if none has. */
function beginningAt(text: string, from: number): number {
  const escape = text.indexOf(ESC, from);
  if (escape >= 0 && text.length - escape < LONGEST_SEQUENCE) return escape;
  return text.endsWith(" ") && text.length > from ? text.length - 1 : text.length;
}

/** Only what is seen of a text. */
export const visibleText = (text: string): string => {
  const { pieces, rest } = piecesOf(text);
  return pieces.reduce((seen, piece) => (piece.visible ? seen + piece.text : seen), "") + rest;
};
