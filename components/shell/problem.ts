import { z } from "zod";

/** What our server answers when it does not do what was asked. */
export const problem = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fields: z.array(z.object({ path: z.string(), sentence: z.string() })).optional(),
    requestId: z.string().optional(),
    system: z.string().optional(),
    next: z.string().optional(),
  }),
});
