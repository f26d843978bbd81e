import { withoutSecrets } from "#lib/terminal/mask-rules";

/** Long enough that no ordinary word is taken for a secret. */
const SHORTEST_SECRET = 8;
const MASK = "••••••";

/** `text` with every secret replaced, in clear and as it appears in a URL. Longest first: one may contain another. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
  return [...new Set(forms)]
    .sort((a, b) => b.length - a.length)
    .reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

/** Whole lines of a log: ours by their values, and whatever else says itself that it is a token or a private key. */
export const maskLog = (text: string, secrets: readonly string[]): string =>
  withoutSecrets(maskSecrets(text, secrets), []);

/** Past this a line is stored in pieces, so that a program which never ends its line cannot hold the log back. */
const LONGEST_HELD_LINE = 64 * 1024;

/**
 * How much of what was read may be stored now: whole lines, so that no secret and no character is cut at a border.
 * The rest is read again with the next piece; of a log that is complete everything goes.
 */
export function wholeLines(text: string, complete: boolean): string {
  if (complete || text.length > LONGEST_HELD_LINE) return text;
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** What compilers, package managers, Docker, git and Jenkins write where something went wrong. */
const FAILING = [
  /^(fatal|error|err!|npm err!|npm error|e:)[\s:[]/i,
  /\b(error|fatal|failed|exception|cannot|could not)\b.*:/i,
  /: (not found|no such file or directory|permission denied|command not found)$/i,
  /\b(returned a non-zero code|exit(ed with)? code [1-9])/i,
  /^#\d+ ERROR/,
];
/** Jenkins' own frame around a failure, and echoed commands, are not its cause. */
const FRAME = [/^\[Pipeline\]/, /^\+ /, /^Finished: /, /^ERROR: script returned exit code/, /^Stage "/, /^Started by/];

/** What says why stands near a line's beginning; a whole one of a megabyte would hold up the process for minutes. */
const LOOKED_AT = 1000;

/** The first line that says why a run failed, else the last line that is not Jenkins' own; null for an empty log. */
export function firstFailingLine(log: string): string | null {
  const lines = log
    .split("\n")
    .map((line) => line.slice(0, LOOKED_AT).trim())
    .filter((line) => line !== "" && !FRAME.some((frame) => frame.test(line)));
  const line = lines.find((candidate) => FAILING.some((pattern) => pattern.test(candidate))) ?? lines.at(-1);
  return line === undefined ? null : line.slice(0, 300);
}
