"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { Glyph } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./canary.module.css";
import { CanaryStanding, standingOf } from "./canary-standing.tsx";
import { ReleaseControl } from "./release-control.tsx";
import { useRelease } from "./use-releases.ts";

/** The canary that is on trial beside what runs: how it does, what comes next, and what a person can do about it. */
export function CanaryBanner({ releaseId }: { releaseId: string | null }) {
  const t = useTranslations("releases.canary");
  const control = useTranslations("control");
  const { whyNotRelease } = useServiceActions();
  const { data: release } = useRelease(releaseId ?? "");
  if (release === undefined || release.state !== "canary") return null;
  const { paused } = release;
  const link = () => (
    <Link className="k-link" href={`/services/${release.app}/releases/${release.id}`}>
      #{release.number}
    </Link>
  );
  const words = { release: link, weight: standingOf(release)?.weight ?? 0 };
  return (
    <section className={classes.banner} data-held={paused !== null} aria-labelledby="canary-title">
      <header className={classes.head}>
        <Glyph name={paused ? "warn" : "working"} />
        <h2 id="canary-title">{paused ? t.rich("paused", words) : t.rich("onTrial", words)}</h2>
        <div className={classes.actions}>
          <ReleaseControl release={release} why={whyNotRelease} />
        </div>
      </header>
      {paused && (
        <p>
          {control.rich("pausedBy", {
            ...{ what: "canary", by: paused.by ?? "nobody" },
            ago: () => <RelativeTime at={paused.since} />,
          })}
        </p>
      )}
      <CanaryStanding release={release} />
    </section>
  );
}
