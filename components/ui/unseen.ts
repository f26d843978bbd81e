import type { HealthState } from "#lib/apps/schema";

/** Is what is shown of it only what was seen last? */
export const isUnseen = (health: HealthState | undefined): boolean =>
  health === "unreachable" || health === "forbidden";
