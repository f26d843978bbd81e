import "server-only";

/** What every call of every client takes: whoever asked may call it off, and it never outlives its deadline. */
export type Call = {
  signal?: AbortSignal;
  /** Total time for the answer to be here, body included. Each client has a sensible default. */
  deadlineMs?: number;
};
