"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";

/**
 * Is the journey shown? While the first release is on its way, and for as long as this page stays open after it has
 * ended: what a person is watching does not vanish the moment it succeeds.
 */
export function useLastingJourney(app: string, released: boolean): boolean {
  const created = useSearchParams().get("created") !== null;
  const [watched, setWatched] = useState<string | null>(created ? app : null);
  if (!released && watched !== app) setWatched(app);
  return !released || watched === app;
}

/** The release that the journey ended with, once it has: later ones are other journeys. */
export function useArrival(app: string): { id: string | null; arrive(release: string): void } {
  const [arrival, setArrival] = useState<{ app: string; id: string } | null>(null);
  return { id: arrival?.app === app ? arrival.id : null, arrive: (id) => setArrival({ app, id }) };
}
