import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Labels, matches } from "./labels.ts";

const matcher = z.object({
  name: z.string().min(1),
  value: z.string(),
  isRegex: z.boolean(),
  isEqual: z.boolean().default(true),
});

export const postableSilence = z
  .object({
    id: z.string().optional(),
    matchers: z.array(matcher).min(1),
    startsAt: z.iso.datetime({ offset: true }),
    endsAt: z.iso.datetime({ offset: true }),
    createdBy: z.string(),
    comment: z.string(),
  })
  .refine(({ startsAt, endsAt }) => Date.parse(startsAt) < Date.parse(endsAt), {
    message: "start time must be before end time",
  })
  .refine(({ matchers }) => matchers.every(({ isRegex, value }) => !isRegex || isExpression(value)), {
    message: "bad matcher: not a regular expression",
  });
type Posted = z.infer<typeof postableSilence>;
export type Silence = Omit<Posted, "id"> & { id: string; updatedAt: string };

export class SilenceStore {
  readonly #silences = new Map<string, Silence>();

  /** A known id is changed, another is a new one; undefined when the id is given and not known. */
  put({ id, ...posted }: Posted, now: number): Silence | undefined {
    if (id !== undefined && id !== "" && !this.#silences.has(id)) return undefined;
    const key = id !== undefined && id !== "" ? id : randomUUID();
    const silence = { ...posted, id: key, updatedAt: new Date(now).toISOString() };
    this.#silences.set(key, silence);
    return silence;
  }

  /** Ends now; the record stays. */
  expire(id: string, now: number): boolean {
    const silence = this.#silences.get(id);
    if (!silence) return false;
    if (stateOf(silence, now) !== "expired")
      this.#silences.set(id, { ...silence, endsAt: new Date(now).toISOString() });
    return true;
  }

  get(id: string): Silence | undefined {
    return this.#silences.get(id);
  }

  all(): Silence[] {
    return [...this.#silences.values()];
  }

  /** The ids of those that keep an alert with these labels quiet. */
  over(labels: Labels, now: number): string[] {
    return this.all()
      .filter((silence) => stateOf(silence, now) === "active" && matches(silence.matchers, labels))
      .map(({ id }) => id);
  }
}

export function stateOf({ startsAt, endsAt }: Silence, now: number): "pending" | "active" | "expired" {
  if (Date.parse(endsAt) <= now) return "expired";
  return Date.parse(startsAt) > now ? "pending" : "active";
}

function isExpression(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp;
  } catch {
    return false;
  }
}
