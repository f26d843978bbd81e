"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { StepView } from "#lib/platform/steps";
import { stepName as buildStepName } from "../builds/build-page.tsx";
import { useBuild, useBuilds } from "../builds/use-builds.ts";
import { ReleaseTimeline } from "../releases/release-timeline.tsx";
import { useRelease, useReleases } from "../releases/use-releases.ts";
import { Panel } from "../ui/panel.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { State } from "../ui/state.tsx";
import { Timeline } from "../ui/timeline.tsx";
import classes from "./service.module.css";
import { useArrival, useLastingJourney } from "./use-lasting-journey.ts";

/** From repository to running, live: what the wizard ends on. It stays until the first release has ended and been seen. */
export function Journey({ app }: { app: AppView }) {
  const t = useTranslations("service.journey");
  const released = app.environments.some(({ currentRelease }) => currentRelease !== null);
  const environment =
    app.environments.find((place) => place.currentRelease !== null || place.inFlightRelease !== null) ??
    app.environments[0];
  const releases = useReleases(app.name, environment?.environment ?? "", 1);
  const { id: arrived, arrive } = useArrival(app.name);
  const release = useRelease(arrived ?? releases.data?.rows[0]?.id ?? "");
  const over = release.data?.state === "done";
  if (release.data?.state === "done" && arrived === null) arrive(release.data.id);
  const builds = useBuilds(app.name, 1).data?.rows ?? [];
  // A later push is no part of the way here.
  const built = builds.find(({ imageDigest }) => imageDigest !== null && imageDigest === release.data?.imageDigest);
  const own = built ?? builds[0];
  const build = useBuild(own?.id ?? "", undefined);
  // Nothing follows by itself any more: what went wrong, and the way on, stand above.
  const stopped =
    app.provisionState === "failed" ||
    ["failed", "cancelled"].includes(build.data?.state ?? app.lastBuild?.state ?? "") ||
    ["failed", "aborted"].includes(release.data?.state ?? "");
  const shown = useLastingJourney(app.name, released);
  if (!shown) return null;

  return (
    <Panel
      title={
        <State glyph={over ? "done" : stopped ? "none" : "working"}>
          {t("title", { state: over ? "done" : stopped ? "stopped" : "going" })}
        </State>
      }
      padded
    >
      <div className={classes.journey}>
        {/* An imported service begins with its release. */}
        {app.gitlabProjectId !== null && (
          <>
            <section>
              <h3>{t("provision")}</h3>
              <Timeline
                steps={app.provisionSteps}
                label={t("provision")}
                nameOf={(step) => provisionName(t, step)}
                brief
              />
            </section>
            <section>
              <h3>
                {t("build")}{" "}
                {own && (
                  <Link className="k-link" href={`/services/${app.name}/builds/${own.id}`}>
                    {t("log")}
                  </Link>
                )}
              </h3>
              {build.data ? (
                <BuildSteps steps={build.data.steps} />
              ) : (
                <Ahead coming={app.lastBuild !== null} stopped={stopped} />
              )}
            </section>
          </>
        )}
        <section>
          <h3>{t("release")}</h3>
          {release.data ? (
            <ReleaseTimeline release={release.data} brief />
          ) : (
            <Ahead coming={releases.isPending && environment !== undefined} stopped={stopped} />
          )}
        </section>
      </div>
    </Panel>
  );
}

/** A part that has not begun: being read, following by itself, or waiting for what went wrong before it. */
function Ahead({ coming, stopped }: { coming: boolean; stopped: boolean }) {
  const t = useTranslations("service.journey");
  if (coming) return <SkeletonRows rows={4} height={36} columns="14px 1fr 40px" bare />;
  return <p className="k-quiet">{t(stopped ? "stopped" : "waiting")}</p>;
}

function BuildSteps({ steps }: { steps: StepView[] }) {
  const t = useTranslations("builds");
  return <Timeline steps={steps} label={t("steps.title")} nameOf={(step) => buildStepName(t, step)} brief />;
}

function provisionName(t: ReturnType<typeof useTranslations<"service.journey">>, { name, state }: StepView): string {
  switch (name) {
    case "repository":
    case "webhook":
    case "job":
      return t(`steps.${name}`, { state });
    default:
      return name;
  }
}
