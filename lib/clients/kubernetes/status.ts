import "server-only";
import { z } from "zod";
import { Conflict, type FieldError, Invalid, type KeplerError, Unavailable } from "#lib/platform/errors";
import { type HttpReply } from "../http/target.ts";
import { Expired, Forbidden, Raced, WebhookSilent } from "./client.ts";

const system = "kubernetes";

/** https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export const statusReply = z.object({
  kind: z.literal("Status"),
  code: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().default(""),
  details: z
    .object({
      causes: z
        .array(
          z.object({ reason: z.string().optional(), message: z.string().default(""), field: z.string().optional() }),
        )
        .optional(),
    })
    .optional(),
});
export type Status = z.infer<typeof statusReply>;

/** What the API server's own Status says better than the HTTP code; null when there is none or nothing to add. */
export function explainStatus(reply: HttpReply): KeplerError | null {
  const parsed = statusReply.safeParse(jsonOrNull(reply.text));
  if (!parsed.success) return reply.status === 410 ? expired("", reply.status) : null;
  return errorOf({ code: reply.status, ...parsed.data });
}

/** A Status as one of the six errors, or null where the common table of HTTP statuses says it as well. */
export function errorOf(status: Status): KeplerError | null {
  const cause = { status };
  const { message } = status;
  const fields = fieldsOf(status);
  switch (status.code) {
    case 400:
      // Passes by itself: the log of a container that is about to start.
      if (!/ContainerCreating|PodInitializing|waiting to start/.test(message)) return null;
      return new Unavailable("The container has not started yet.", { system, cause });
    case 403:
      return new Forbidden(`Kubernetes does not allow this: ${message}`, {
        system,
        cause,
        next: "An admin must give Kepler's account this right in the cluster.",
      });
    case 409:
      if (!status.details?.causes?.some((one) => one.reason === "FieldManagerConflict")) {
        return new Raced(`Kubernetes sees a conflict: ${message}`, { system, cause });
      }
      return new Conflict(`Others manage fields of this object: ${fields.map((one) => one.path).join(", ")}.`, {
        system,
        cause,
        fields,
        next: "Let go of these fields there, or take them over.",
      });
    case 410:
      return expired(message, status);
    case 422:
      return new Invalid(`Kubernetes does not accept the object: ${message}`, { system, cause, fields });
    case 429: {
      const budget = status.details?.causes?.find((one) => one.reason === "DisruptionBudget");
      if (!budget) return null;
      return new Conflict(`A disruption budget refuses to evict the pod: ${budget.message}`, {
        system,
        cause,
        next: "Wait until more pods are ready, or scale up first. Deleting the pod asks no budget.",
      });
    }
    case 500:
      return errorOfInternal(message, cause);
    default:
      return null;
  }
}

/** Two things that the API server calls an internal error are none: a type that does not fit, and a webhook of somebody else. */
function errorOfInternal(message: string, cause: unknown): KeplerError | null {
  if (message.includes("failed to create typed patch object")) {
    return new Invalid(`Kubernetes does not accept the object: ${message}`, { system, cause });
  }
  const webhook = /failed calling webhook "([^"]+)": (.*)/s.exec(message);
  if (!webhook) return null;
  return new WebhookSilent(
    `The cluster asks the webhook ${webhook[1]} first, and that does not answer: ${webhook[2]}`,
    {
      system,
      cause,
      next: "The cluster's operator must mend or remove that webhook; then try again.",
    },
  );
}

function fieldsOf(status: Status): FieldError[] {
  return (status.details?.causes ?? []).flatMap(({ field, message }) => (field ? [{ path: field, message }] : []));
}

const expired = (message: string, status: unknown): Expired =>
  new Expired(`What was known of the cluster is too old${message ? `: ${message}` : ""}.`, {
    system,
    cause: { status },
  });

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
