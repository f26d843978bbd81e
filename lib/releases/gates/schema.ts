import { type PublicError } from "#lib/platform/errors";

/** What stands between a preview and its release: a blocker refuses it, a warning is only said. */
export type Gate = { gate: string; blocks: boolean; error: PublicError };

export const blocker = (gate: string, error: PublicError): Gate => ({ gate, blocks: true, error });
