import { type IncomingMessage } from "node:http";
import { z } from "zod";

/** What can be put out of order: the systems by name, the edge that leads to the pods, and webhooks on their way out. */
export const FAULTY = [
  "gitlab",
  "jenkins",
  "registry",
  "kubernetes",
  "edge",
  "prometheus",
  "alertmanager",
  "webhooks",
] as const;
export type FaultySystem = (typeof FAULTY)[number];

const count = z.coerce.number().int().positive();

/** Which requests are met. */
const selection = {
  system: z.enum(FAULTY),
  method: z
    .string()
    .transform((method) => method.toUpperCase())
    .optional(),
  /** A regular expression, looked for in path and query. */
  path: z.string().refine(isExpression, "is not a regular expression").default(""),
  /** Met so many times, then never again; until it is lifted when absent. */
  times: count.optional(),
  forMs: count.optional(),
  /** 3 meets each third of the requests that fit: a lossy line. */
  every: count.default(1),
};

const kind = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({ kind: z.literal(name), ...selection, ...shape });

/** One fault and when it happens. `bytes` are of the answer's body (of a webhook: of its own). */
export const faultRule = z.discriminatedUnion("kind", [
  /** Handed on only after `ms`. */
  kind("latency", { ms: count }),
  /** Answered in the system's place, which never hears of it: 429, 500, a proxy's page with 200. */
  kind("answer", {
    status: z.coerce.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().default(""),
  }),
  /** Taken and never answered. */
  kind("hang", {}),
  /** The connection breaks unheard; answers that are under way when the rule is made break too. A webhook is lost. */
  kind("drop", {}),
  /** What was asked for happens, and the connection breaks before a word of the answer. */
  kind("lose-answer", {}),
  /** The connection breaks after so much of the answer. */
  kind("cut", { bytes: count.default(64) }),
  /** The answer ends properly, and too early. */
  kind("truncate", { bytes: count.default(64) }),
]);
export type FaultRule = z.infer<typeof faultRule>;

export type ActiveFault = FaultRule & { id: number; until: number | null; hits: number };

/** `seen` counts what fitted, for `every`. */
type Counted = ActiveFault & { seen: number };

/** The faults that are set at this moment. They live in memory only: a restart is a healthy world. */
export class Faults {
  readonly #now: () => number;
  readonly #open = new Set<{ system: FaultySystem; method: string; target: string; breakOff: () => void }>();
  #active: Counted[] = [];
  #lastId = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(rule: FaultRule): ActiveFault {
    this.#lastId += 1;
    const until = rule.forMs === undefined ? null : this.#now() + rule.forMs;
    const fault = { ...rule, id: this.#lastId, until, hits: 0, seen: 0 };
    this.#active.push(fault);
    if (fault.kind === "drop") {
      for (const { system, method, target, breakOff } of [...this.#open])
        if (this.#happens(fault, system, method, target)) breakOff();
    }
    return fault;
  }

  /** Those that can still happen, and how often each has. */
  list(): ActiveFault[] {
    const now = this.#now();
    this.#active = this.#active.filter((fault) => fault.until === null || fault.until > now);
    return this.#active.map(({ seen: _seen, ...fault }) => fault);
  }

  lift(id: number): boolean {
    const before = this.#active.length;
    this.#active = this.#active.filter((fault) => fault.id !== id);
    return this.#active.length < before;
  }

  liftAll(): void {
    this.#active = [];
  }

  /** The fault that this request meets, which counts as having happened; undefined for a healthy one. */
  meet(system: FaultySystem, method: string, target: string): ActiveFault | undefined {
    return this.#active.find((fault) => this.#happens(fault, system, method, target));
  }

  /** Tells of a request whose answer is under way, so that a `drop` can break it; call what is returned at its end. */
  watch(system: FaultySystem, { method = "GET", url = "/" }: IncomingMessage, breakOff: () => void): () => void {
    const open = { system, method, target: url, breakOff };
    this.#open.add(open);
    return () => this.#open.delete(open);
  }

  #happens(fault: Counted, system: FaultySystem, method: string, target: string): boolean {
    const isOver = fault.hits >= (fault.times ?? Infinity) || (fault.until !== null && fault.until <= this.#now());
    if (isOver || fault.system !== system || (fault.method ?? method) !== method) return false;
    if (!new RegExp(fault.path).test(target)) return false;
    fault.seen += 1;
    if (fault.seen % fault.every !== 0) return false;
    fault.hits += 1;
    return true;
  }
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
