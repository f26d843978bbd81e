import { z } from "zod";

/** A header's name (RFC 9110, 5.1), in lower case as HTTP/2 has it. */
export const headerName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, "header.name");

export const MOST_CHARACTERS = 1024;

/** Belong to one connection (RFC 9110, 7.6.1), frame the message, or name the host or a limit: gateways refuse edits of them as a whole. */
const OF_THE_GATEWAY = [
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["content-length", "host", "x-kepler-limit"],
];

export const HEADER_SIDES = ["request", "response"] as const;
export const HEADER_ACTIONS = ["set", "add", "remove"] as const;

/** A header that the gateway writes into requests before they reach the service, or into its answers. */
export const headerEdit = z
  .object({
    side: z.enum(HEADER_SIDES),
    action: z.enum(HEADER_ACTIONS),
    name: headerName.refine((name) => !OF_THE_GATEWAY.includes(name), "header.fixed"),
    /** One line of visible characters (RFC 9110, 5.5); empty for one that is removed. */
    value: z
      .string()
      .max(MOST_CHARACTERS)
      .regex(/^([!-~]([ -~]*[!-~])?)?$/, "header.value"),
  })
  .superRefine(({ action, value }, ctx) => {
    const problem =
      action === "remove" && value !== ""
        ? "header.no-value"
        : action !== "remove" && value === ""
          ? "header.value-needed"
          : null;
    if (problem) ctx.addIssue({ code: "custom", path: ["value"], message: problem });
  });
export type HeaderEdit = z.output<typeof headerEdit>;
