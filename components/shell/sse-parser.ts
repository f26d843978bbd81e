export type ServerSentEvent = { type: string; data: string; id: string };

/** Reads server-sent events off pieces of text, however those are cut: https://html.spec.whatwg.org/multipage/server-sent-events.html, 9.2.6. */
export class SseParser {
  #rest = "";
  #type = "";
  #data: string[] = [];
  /** Holds for later events too, until another is told. */
  #id = "";

  push(text: string): ServerSentEvent[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#read(line.endsWith("\r") ? line.slice(0, -1) : line) ?? []);
  }

  #read(line: string): ServerSentEvent | null {
    if (line === "") return this.#dispatch();
    const [field, value] = fieldOf(line);
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#type = value;
    if (field === "id") this.#id = value;
    return null;
  }

  #dispatch(): ServerSentEvent | null {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return isEmpty ? null : event;
  }
}

/** One space after the colon is none of the value's; a comment has no name. */
function fieldOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon === -1) return [line, ""];
  const from = line[colon + 1] === " " ? colon + 2 : colon + 1;
  return [line.slice(0, colon), line.slice(from)];
}
