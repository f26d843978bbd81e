import "server-only";
import { type Prometheus } from "#lib/clients/prometheus/client";
import { KeplerError } from "#lib/platform/errors";

/** What Prometheus says; null where there is none or it cannot be asked. */
export async function ifMeasured<T>(
  prometheus: Prometheus | null,
  signal: AbortSignal,
  ask: (prometheus: Prometheus) => Promise<T>,
): Promise<T | null> {
  if (prometheus === null) return null;
  try {
    return await ask(prometheus);
  } catch (error) {
    if (signal.aborted || !(error instanceof KeplerError)) throw error;
    return null;
  }
}
