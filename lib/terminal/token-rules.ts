/** Where something stands in a text. */
export type Interval = { start: number; end: number };

/** GitLab's, GitHub's, Slack's, npm's, our own; AWS key ids. */
const PREFIXED =
  /(?:gl(?:pat|rt|dt|cbt)-|gh[opsur]_|github_pat_|xox[abeprs]-|npm_|kepler_)[\w-]{16,}|AKIA[0-9A-Z]{16}/g;
const TOKEN_CHARACTERS = /[\w.-]+/g;
const TOKEN_CHARACTER = /[\w.-]/;
/** What a JWT begins with: `{"` in base64url. */
const JWT_BEGINS = "eyJ";
const SHORTEST_PART = 10;
const KEY_MARK = /-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----/g;

/**
 * Tokens that say themselves what they are. What is looked through is anybody's text, so it must cost no more than its
 * length: JWTs (RFC 7519) have no pattern here, because one tries again at each of many beginnings.
 */
export function tokensIn(text: string): Interval[] {
  const prefixed = [...text.matchAll(PREFIXED)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
  const jwts = [...text.matchAll(TOKEN_CHARACTERS)].flatMap(({ index, 0: word }) => jwtsIn(word, index));
  return [...prefixed, ...jwts];
}

/** Three parts of base64url with points between them, in a word that begins at `offset`. */
function jwtsIn(word: string, offset: number): Interval[] {
  const found: Interval[] = [];
  const parts = word.split(".");
  let at = offset;
  for (let i = 0; i + 2 < parts.length; i++) {
    const [header = "", claims = "", signature = ""] = parts.slice(i, i + 3);
    const begins = header.indexOf(JWT_BEGINS);
    const isLong = header.length - begins >= JWT_BEGINS.length + SHORTEST_PART && claims.length >= SHORTEST_PART;
    const end = at + `${header}.${claims}.${signature}`.length;
    if (begins < 0 || !isLong) {
      at += header.length + 1;
      continue;
    }
    found.push({ start: at + begins, end });
    at = end + 1;
    i += 2;
  }
  return found;
}

/** Where the end of the text may be a token that goes on: no further back than `longest`. */
export function tokenTailAt(text: string, longest: number): number {
  const least = Math.max(0, text.length - longest);
  let at = text.length;
  while (at > least && TOKEN_CHARACTER.test(text.charAt(at - 1))) at -= 1;
  return at;
}

/** Private keys as PEM writes them (RFC 7468), and where one begins that has not ended. */
export function privateKeysIn(text: string): { whole: Interval[]; open: number | null } {
  const whole: Interval[] = [];
  let open: number | null = null;
  for (const { index, 0: mark, 1: kind } of text.matchAll(KEY_MARK)) {
    if (kind === "BEGIN") open ??= index;
    else if (open !== null) {
      whole.push({ start: open, end: index + mark.length });
      open = null;
    }
  }
  return { whole, open };
}
