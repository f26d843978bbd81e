// A small `curl` for hosts that have none: `curl -fsS -X POST --config - --data @- URL` and its like, one request.
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const OPTIONS = {
  request: { type: "string", short: "X" },
  header: { type: "string", short: "H", multiple: true },
  data: { type: "string", short: "d", multiple: true },
  "data-binary": { type: "string", multiple: true },
  "data-raw": { type: "string", multiple: true },
  user: { type: "string", short: "u" },
  output: { type: "string", short: "o" },
  config: { type: "string", short: "K" },
  url: { type: "string" },
  "max-time": { type: "string", short: "m" },
  "connect-timeout": { type: "string" },
  retry: { type: "string" },
  "write-out": { type: "string", short: "w" },
  fail: { type: "boolean", short: "f" },
  silent: { type: "boolean", short: "s" },
  "show-error": { type: "boolean", short: "S" },
  location: { type: "boolean", short: "L" },
} as const;

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`curl: ${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function main(argv: string[]): Promise<number> {
  const config = parse(argv).values.config;
  const given = config === undefined ? argv : [...readConfig(config), ...argv];
  const { values, positionals } = parse(given);
  const url = positionals[0] ?? values.url;
  if (url === undefined) throw new Error("no URL specified");
  const bodies = [
    ...(values.data ?? []).map((text) => readBody(text).replaceAll(/\r?\n/g, "")),
    ...(values["data-binary"] ?? []).map(readBody),
    ...(values["data-raw"] ?? []),
  ];
  const body = bodies.length === 0 ? undefined : bodies.join("&");
  const response = await send(url, values, body);
  if (typeof response === "number") return response;
  if (values.fail === true && response.status >= 400) {
    if (values["show-error"] === true || values.silent !== true)
      process.stderr.write(`curl: (22) The requested URL returned error: ${response.status}\n`);
    return 22;
  }
  const bytes = Buffer.from(await response.arrayBuffer());
  if (values.output === undefined) process.stdout.write(bytes);
  else writeFileSync(values.output, bytes);
  if (values["write-out"] !== undefined)
    process.stdout.write(
      values["write-out"].replaceAll("%{http_code}", String(response.status)).replaceAll("\\n", "\n"),
    );
  return 0;
}

function parse(argv: string[]) {
  return parseArgs({ args: argv, allowPositionals: true, options: OPTIONS });
}

async function send(
  url: string,
  values: ReturnType<typeof parse>["values"],
  body: string | undefined,
): Promise<Response | number> {
  const headers = new Headers();
  if (body !== undefined) headers.set("content-type", "application/x-www-form-urlencoded");
  if (values.user !== undefined) headers.set("authorization", `Basic ${Buffer.from(values.user).toString("base64")}`);
  for (const header of values.header ?? [])
    headers.set(header.slice(0, header.indexOf(":")).trim(), header.slice(header.indexOf(":") + 1).trim());
  const seconds = Number(values["max-time"] ?? "300");
  const method = values.request ?? (body === undefined ? "GET" : "POST");
  const redirect = values.location === true ? "follow" : "manual";
  try {
    return await fetch(url, { method, headers, body, redirect, signal: AbortSignal.timeout(seconds * 1000) });
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const message = isTimeout
      ? `(28) Operation timed out after ${seconds} seconds`
      : `(7) Failed to connect to ${new URL(url).host}`;
    if (values["show-error"] === true || values.silent !== true) process.stderr.write(`curl: ${message}\n`);
    return isTimeout ? 28 : 7;
  }
}

const readInput = (name: string) => readFileSync(name === "-" ? 0 : name, "utf8");
const readBody = (text: string) => (text.startsWith("@") ? readInput(text.slice(1)) : text);

/** Lines such as `header = "Authorization: …"`; https://curl.se/docs/manpage.html#-K */
function readConfig(name: string): string[] {
  return readInput(name)
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"))
    .flatMap((line) => {
      const [, option = "", value] = /^\s*-{0,2}([\w-]+)\s*[=: ]?\s*(.*?)\s*$/.exec(line) ?? [];
      const word = value?.startsWith('"') === true ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
      return word === undefined || word === "" ? [`--${option}`] : [`--${option}`, word];
    });
}
