import "server-only";
import { env } from "#lib/platform/env";
import { type LogOutput } from "./manifests.ts";

/** Where collected log lines go, as this installation is configured; null where it is not. */
export function configuredLogOutput(): LogOutput | null {
  const { elasticsearch, filebeatImage } = env();
  return elasticsearch && { image: filebeatImage, elasticsearchHosts: elasticsearch.hosts };
}
