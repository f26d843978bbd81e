"use client";

import { useTranslations } from "use-intl";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useStreamStatus } from "./event-stream.tsx";
import classes from "./top-bar.module.css";

/** Quiet while all is live; says since when the page may be old. */
export function StreamLight() {
  const t = useTranslations("shell");
  const status = useStreamStatus();
  return (
    <span role="status" className={classes.lost}>
      {status.state === "reconnecting" && (
        <>
          <Glyph name="unknown" />
          <span>
            {t.rich("reconnecting", { ago: () => <RelativeTime at={new Date(status.since).toISOString()} bare /> })}
          </span>
        </>
      )}
    </span>
  );
}
