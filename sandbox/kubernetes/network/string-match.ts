import { RE2JS } from "re2js";

/** Istio's StringMatch; none of the three set means "is there". */
export type StringMatch = { exact?: string; prefix?: string; regex?: string };
export type StringTest = (value: string | undefined) => boolean;

/** Regular expressions are RE2's, as in Envoy, Traefik and Prometheus: they match the whole value, in linear time. */
export function stringTest({ exact, prefix, regex }: StringMatch, ignoreCase = false): StringTest {
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (exact !== undefined) return (value) => value !== undefined && fold(value) === fold(exact);
  if (prefix !== undefined) return (value) => value !== undefined && fold(value).startsWith(fold(prefix));
  if (regex === undefined) return (value) => value !== undefined;
  const pattern = compile(regex);
  return (value) => value !== undefined && pattern !== undefined && pattern.matcher(value).matches();
}

/** Replaces every match; `\1` or `$1` in the replacement is a group. A pattern that does not compile changes nothing. */
export function replaceAll(text: string, regex: string, replacement: string): string {
  const pattern = compile(regex);
  const inJava = replacement.replaceAll(/[\\$](\d)/g, "$$$1");
  return pattern === undefined ? text : pattern.matcher(text).replaceAll(inJava);
}

/** The same with Go's replacements (pkg.go.dev/regexp#Regexp.Expand): `$1`, `${1}`, and `$$` for the sign itself. */
export function goReplaceAll(text: string, regex: string, replacement: string): string {
  const matcher = compile(regex)?.matcher(text);
  if (matcher === undefined) return text;
  let replaced = "";
  let from = 0;
  while (matcher.find()) {
    const expanded = replacement.replaceAll(
      /\$(?:(\$)|(\w+)|\{(\w+)\})/g,
      (_, sign?: string, name?: string, braced?: string) => {
        // A name that is no group's is empty: `$1x` is the group "1x".
        const group = Number(name ?? braced);
        return sign ?? (group <= matcher.groupCount() ? (matcher.group(group) ?? "") : "");
      },
    );
    replaced += text.slice(from, matcher.start()) + expanded;
    from = matcher.end();
  }
  return replaced + text.slice(from);
}

function compile(regex: string): RE2JS | undefined {
  try {
    return RE2JS.compile(regex);
  } catch {
    return undefined;
  }
}
