import { type Recorded } from "./request.ts";

/** An answer with all that differs from run to run taken out. */
export type Answer = { status: number; warning?: string; body: unknown };

const VARYING: Record<string, string> = {
  uid: "<uid>",
  resourceVersion: "<version>",
  creationTimestamp: "<time>",
  deletionTimestamp: "<time>",
  lastTransitionTime: "<time>",
  time: "<time>",
  clusterIP: "<address>",
  continue: "<token>",
};

/** Sends the requests in their order and returns what each was answered. */
export async function record(url: string, token: string, requests: readonly Recorded[]): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>();
  for (const { name, method, path, body, type = "application/json", accept = "application/json" } of requests) {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const headers = { authorization: `Bearer ${token}`, accept, "content-type": type, "user-agent": "recorder/1" };
    const response = await fetch(url + path, { method, headers, body: text });
    const warning = response.headers.get("warning");
    answers.set(name, {
      status: response.status,
      ...(warning === null ? {} : { warning }),
      body: steady(parsed(await response.text())),
    });
  }
  return answers;
}

// A watch is answered by a line for each event.
function parsed(text: string): unknown {
  const lines = text.split("\n").filter((line) => line !== "");
  try {
    const values: unknown[] = lines.map((line) => JSON.parse(line));
    return values.length === 1 ? values[0] : values;
  } catch {
    return text;
  }
}

/** Names and times that the server chooses become words; what Go prints of its own structures goes. */
function steady(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) {
    if (key === "clusterIPs" && value[0] !== "None") return ["<address>"];
    const items = value.map((item) => steady(item));
    return key === "managedFields" || key === "causes" ? items.sort((a, b) => (text(a) < text(b) ? -1 : 1)) : items;
  }
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => name !== "description")
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, child]) => [name, steady(child, name)]),
    );
  if (typeof value !== "string" || value === "") return value;
  if (VARYING[key] !== undefined && value !== "None") return VARYING[key];
  // Several causes come in no order that would be of use; each is compared by itself.
  if (key === "message" && (value.includes(" is invalid: [") || value.includes("conflicts:")))
    return value.replace(/:.*/s, ": <several>");
  return value
    .replace(/\n@@[^]*$/, "")
    .replace(/Invalid value: \{.*\}: /, "Invalid value: <struct>: ")
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
    .replace(/^(\d+y)?\d+[sd]$/, "<age>")
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "<time>")
    .replace(/\b(10|127)\.\d+\.\d+\.\d+\b/g, "<address>");
}

const text = (value: unknown): string => JSON.stringify(value);
