import "server-only";
import { z } from "zod";
import { type Series } from "./client.ts";

const SPECIAL: Readonly<Record<string, number>> = { NaN: Number.NaN, "+Inf": Infinity, "-Inf": -Infinity };

/** [seconds, "number"], the number as Go prints it. */
const sample = z.tuple([z.number(), z.string()]).transform(([seconds, text], context) => {
  const value = SPECIAL[text] ?? Number(text);
  if (text === "" || (Number.isNaN(value) && text !== "NaN")) context.addIssue(`not a sample: ${text}`);
  return { atMs: Math.round(seconds * 1000), value };
});
const labels = z.record(z.string(), z.string());

const answer = <T extends z.ZodType>(data: T) => z.object({ status: z.literal("success"), data });

const matrix = z
  .object({
    resultType: z.literal("matrix"),
    result: z.array(z.object({ metric: labels, values: z.array(sample) })),
  })
  .transform(({ result }): Series[] => result.map(({ metric, values }) => ({ labels: metric, samples: values })));
const vector = z
  .object({
    resultType: z.literal("vector"),
    result: z.array(z.object({ metric: labels, value: sample })),
  })
  .transform(({ result }): Series[] => result.map(({ metric, value }) => ({ labels: metric, samples: [value] })));

export const rangeReply = answer(matrix).transform(({ data }) => data);
export const instantReply = answer(z.union([vector, matrix])).transform(({ data }) => data);
