export type EnvVar = { name: string; value: string };

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/**
 * Variables of .env text, in its order: comments, `export`, and quotes as Docker Compose reads them
 * (https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax). A value in
 * quotes may go over several lines; double quotes know \n, \r, \t, \" and \\. Lines that are none of this are `strange`.
 */
export function parseEnvText(text: string): { variables: EnvVar[]; strange: string[] } {
  const variables: EnvVar[] = [];
  const strange: string[] = [];
  const lines = text.split(/\r?\n/);
  while (lines.length > 0) {
    const line = lines.shift() ?? "";
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, name, rest = ""] = LINE.exec(line) ?? [];
    const value = name === undefined ? null : valueOf(rest, lines);
    if (name === undefined || value === null) strange.push(line);
    else variables.push({ name, value });
  }
  return { variables, strange };
}

/** Takes further lines while a quote is open; null when it is never closed. */
function valueOf(rest: string, lines: string[]): string | null {
  const quote = /^["']/.exec(rest)?.[0];
  if (quote === undefined) return rest.replace(/\s+#.*$/, "").trim();
  const pattern = quote === '"' ? /^"((?:[^"\\]|\\[\s\S])*)"\s*(#.*)?$/ : /^'([^']*)'\s*(#.*)?$/;
  for (let text = rest, taken = 0; ; text += `\n${lines[taken - 1]}`) {
    const [, inside] = pattern.exec(text) ?? [];
    if (inside !== undefined) {
      lines.splice(0, taken);
      return quote === '"' ? unescaped(inside) : inside;
    }
    if (taken === lines.length) return null;
    taken += 1;
  }
}

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t" };
const unescaped = (text: string): string => text.replace(/\\([\s\S])/g, (_, sign: string) => ESCAPES[sign] ?? sign);

/** What was pasted over what is there: the same name takes the new value in its place, new names follow. */
export function withPasted(rows: readonly EnvVar[], pasted: readonly EnvVar[]): EnvVar[] {
  const values = new Map(pasted.map(({ name, value }) => [name, value]));
  const kept = rows
    .filter(({ name, value }) => name !== "" || value !== "")
    .map(({ name, value }) => ({ name, value: values.get(name) ?? value }));
  const known = new Set(kept.map(({ name }) => name));
  const added = [...values].filter(([name]) => !known.has(name)).map(([name, value]) => ({ name, value }));
  return [...kept, ...added];
}
