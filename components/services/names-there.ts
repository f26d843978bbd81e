import type { AppRow } from "#lib/apps/schema";

/** Names of those that were released to an environment, as figures are asked for: sorted, parted by commas. */
export const namesThere = (rows: readonly AppRow[], environmentId: string | undefined): string =>
  rows
    .filter(({ environments }) =>
      environments.some((place) => place.environmentId === environmentId && place.currentRelease !== null),
    )
    .map(({ name }) => name)
    .sort()
    .join(",");
