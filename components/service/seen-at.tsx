"use client";

import { useTranslations } from "use-intl";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useClock } from "../ui/use-clock.ts";

/** A watch that lives hears from its cluster each minute; past this nobody watches any more. */
const OLD_MS = 180_000;

/** When the cluster was last heard of: the source and the age of what the page says. */
export function SeenAt({ at, unseen }: { at: string; unseen: boolean }) {
  const t = useTranslations("service.sentence");
  const old = useClock() - Date.parse(at) > OLD_MS;
  const words = unseen ? "unreachable" : old ? "seenOld" : "seen";
  return (
    <span className="k-quiet">
      {old && !unseen && <Glyph name="unknown" />} {t.rich(words, { ago: () => <RelativeTime at={at} /> })}
    </span>
  );
}
