import { type Piece, piecesOf, visibleText } from "./control-rules.ts";
import { type Interval, privateKeysIn, tokensIn, tokenTailAt } from "./token-rules.ts";

/** Shorter values are ordinary words as well. */
const SHORTEST_SECRET = 4;
export const MASK = "••••••";

const KEY_BEGINS = ["", "RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED "].map(
  (kind) => `-----BEGIN ${kind}PRIVATE KEY-----`,
);
/** What may be a token is held back this long, what begins a private key that long; then it counts as one. */
const LONGEST_TOKEN = 4096;
const LONGEST_HELD = 64 * 1024;

/** What a terminal writes, with when it came. */
export type TimedText = { at: number; text: string };
type TimedPiece = Piece & { at: number };

/**
 * Takes secrets out of a stream, wherever it is cut and whatever colours, line ends and returns stand between their
 * characters. What may become a secret is held back until that is decided; each piece keeps the time at which it came.
 */
export class OutputMask {
  readonly #secrets: string[];
  readonly #beginnings: string[];
  readonly #longestHeld: number;
  #held: TimedPiece[] = [];
  #rest = "";

  constructor(secrets: readonly string[]) {
    this.#secrets = [...new Set(secrets.flatMap(formsOf))].filter((form) => form.length >= SHORTEST_SECRET);
    this.#beginnings = [...this.#secrets, ...KEY_BEGINS];
    this.#longestHeld = Math.max(LONGEST_HELD, ...this.#secrets.map((secret) => secret.length));
  }

  /** What can be shown now. */
  push(text: string, at: number): TimedText[] {
    const { pieces, rest } = piecesOf(this.#rest + text);
    this.#rest = rest;
    // One by one: a text of control characters has more pieces than a call takes arguments.
    for (const piece of pieces) this.#held.push({ ...piece, at });
    const seen = this.#seen();
    const wanted = this.#secretsIn(seen);
    return this.#release(this.#decidedIn(seen, wanted), wanted);
  }

  /** The rest, at the stream's end. */
  flush(at: number): TimedText[] {
    if (this.#rest !== "") this.#held.push({ text: this.#rest, visible: true, at });
    this.#rest = "";
    const seen = this.#seen();
    return this.#release(seen.length, this.#secretsIn(seen));
  }

  #seen(): string {
    return this.#held.reduce((seen, piece) => (piece.visible ? seen + piece.text : seen), "");
  }

  /** Where secrets stand in what is seen; those that overlap are one. */
  #secretsIn(seen: string): Interval[] {
    const found: Interval[] = [];
    for (const secret of this.#secrets) {
      for (let at = seen.indexOf(secret); at >= 0; at = seen.indexOf(secret, at + 1)) {
        found.push({ start: at, end: at + secret.length });
      }
    }
    const { whole, open } = privateKeysIn(seen);
    if (open !== null) whole.push({ start: open, end: seen.length });
    return joined([...found, ...tokensIn(seen), ...whole]);
  }

  /** Up to where nothing that is still to come can change what is a secret. */
  #decidedIn(seen: string, secrets: readonly Interval[]): number {
    const { open } = privateKeysIn(seen);
    let decided = Math.min(tokenTailAt(seen, LONGEST_TOKEN), open ?? seen.length);
    for (const beginning of this.#beginnings) decided = Math.min(decided, partialAt(seen, beginning));
    // A secret is shown as one: from the last to the first, for each may pull back the one before.
    for (const { start, end } of secrets.toReversed()) if (start < decided && decided < end) decided = start;
    return seen.length - decided > this.#longestHeld ? seen.length : decided;
  }

  #release(decided: number, secrets: readonly Interval[]): TimedText[] {
    const shown: TimedText[] = [];
    const show = (text: string, at: number) => {
      const last = shown.at(-1);
      if (text === "") return;
      if (last?.at === at) last.text += text;
      else shown.push({ at, text });
    };
    let position = 0;
    let next = 0;
    const still: TimedPiece[] = [];
    for (const piece of this.#held) {
      if (still.length > 0 || (piece.visible && position >= decided)) {
        still.push(piece);
        continue;
      }
      if (!piece.visible) {
        show(piece.text, piece.at);
        continue;
      }
      const end = Math.min(position + piece.text.length, decided);
      const left = piece.text.slice(end - position);
      if (left !== "") still.push({ ...piece, text: left });
      for (let from = position; from < end; ) {
        const secret = secrets[next];
        if (secret === undefined || secret.start >= end) {
          show(piece.text.slice(from - position, end - position), piece.at);
          break;
        }
        show(piece.text.slice(from - position, Math.max(secret.start, from) - position), piece.at);
        if (secret.start >= from) show(MASK, piece.at);
        from = Math.min(secret.end, end);
        if (secret.end <= end) next += 1;
      }
      position = end;
    }
    this.#held = still;
    return shown;
  }
}

/**
 * Lines that are there whole, without their secrets. Line by line first: a terminal breaks a token where its window ends,
 * a log only where the token does, and the next line's first word is none of it. Then as one, for what has many lines.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const mask = new OutputMask(secrets);
  const masked = (part: string) => [...mask.push(part, 0), ...mask.flush(0)].map((piece) => piece.text).join("");
  return masked(text.split("\n").map(masked).join("\n"));
}

/** A secret as it is seen, as addresses write it, and inside JSON (RFC 8259, 7), as programs log it. */
function formsOf(secret: string): string[] {
  const seen = visibleText(secret).toWellFormed();
  return [seen, encodeURIComponent(seen), JSON.stringify(secret).slice(1, -1)];
}

/** Where the end of the text is the beginning of `wanted`, and no more than that; the text's length if nowhere. */
function partialAt(text: string, wanted: string): number {
  const first = wanted.charAt(0);
  const from = Math.max(0, text.length - wanted.length + 1);
  for (let at = text.indexOf(first, from); at >= 0; at = text.indexOf(first, at + 1)) {
    if (wanted.startsWith(text.slice(at))) return at;
  }
  return text.length;
}

function joined(intervals: Interval[]): Interval[] {
  const whole: Interval[] = [];
  for (const each of intervals.sort((a, b) => a.start - b.start)) {
    const last = whole.at(-1);
    if (last && each.start < last.end) last.end = Math.max(last.end, each.end);
    else whole.push({ ...each });
  }
  return whole;
}
