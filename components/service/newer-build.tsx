"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { useReleases } from "../releases/use-releases.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { newerBuild } from "./newer-build-rules.ts";
import { useServiceActions } from "./service-actions-context.tsx";

type Props = { app: AppView; place: AppEnvironmentView };

/** A push was built and nothing runs it here yet: what it is, and the way to release it. */
export function NewerBuild({ app, place }: Props) {
  const t = useTranslations("service.newer");
  const { whyNotRelease, open } = useServiceActions();
  const builds = useBuilds(app.name, 1).data?.rows;
  const releases = useReleases(app.name, place.environment, 1).data?.rows;
  const build = builds && releases && newerBuild(place, builds, releases);
  if (!build) return null;
  const { id, number, ref, commitSha, commitTitle } = build;
  return (
    <Message
      state="ok"
      title={t.rich("title", {
        number,
        environment: place.environment,
        link: (name) => (
          <Link className="k-link" href={`/services/${app.name}/builds/${id}`}>
            {name}
          </Link>
        ),
      })}
      action={
        <Button small why={whyNotRelease} onClick={() => open({ kind: "deploy", buildId: id })}>
          {t("release", { number })}
        </Button>
      }
    >
      {ref} · <code>{commitSha.slice(0, 7)}</code> {commitTitle}
    </Message>
  );
}
