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
import { Timeline } from "../ui/timeline.tsx";
import classes from "./service.module.css";
import { useLastingJourney } from "./use-lasting-journey.ts";

/** From repository to running, live: what the wizard ends on. It stays until the first release has ended and been seen. */
export function Journey({ app }: { app: AppView }) {
  const t = useTranslations("service.journey");
  const builds = useBuilds(app.name, 1);
  const first = builds.data?.rows.at(-1);
  const build = useBuild(first?.id ?? "", undefined);
  const environment = app.environments.find((place) => place.currentRelease !== null || place.inFlightRelease !== null);
  const releases = useReleases(app.name, environment?.environment ?? "", 1);
  const firstRelease = releases.data?.rows.at(-1);
  const release = useRelease(firstRelease?.id ?? "");
  const over = release.data?.state === "done";
  const shown = useLastingJourney(app.name, over, (builds.data?.total ?? 0) <= 1 && (releases.data?.total ?? 0) <= 1);
  if (!shown) return null;

  return (
    <Panel title={t("title")} meta={over ? t("done") : undefined} padded>
      <div className={classes.journey}>
        <section>
          <h3>{t("provision")}</h3>
          <Timeline steps={app.provisionSteps} label={t("provision")} nameOf={(step) => provisionName(t, step)} />
        </section>
        <section>
          <h3>
            {t("build")}{" "}
            {first && (
              <Link className="k-link" href={`/services/${app.name}/builds/${first.id}`}>
                {t("log")}
              </Link>
            )}
          </h3>
          {build.data ? <BuildSteps steps={build.data.steps} /> : <p className="k-quiet">{t("waiting")}</p>}
        </section>
        <section>
          <h3>{t("release")}</h3>
          {release.data ? <ReleaseTimeline release={release.data} /> : <p className="k-quiet">{t("waiting")}</p>}
        </section>
      </div>
    </Panel>
  );
}

function BuildSteps({ steps }: { steps: StepView[] }) {
  const t = useTranslations("builds");
  return <Timeline steps={steps} label={t("steps.title")} nameOf={(step) => buildStepName(t, step.name)} />;
}

function provisionName(t: ReturnType<typeof useTranslations<"service.journey">>, { name }: StepView): string {
  switch (name) {
    case "repository":
    case "webhook":
    case "job":
      return t(`steps.${name}`);
    default:
      return name;
  }
}
