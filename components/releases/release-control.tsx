"use client";

import { useTranslations } from "use-intl";
import type { ReleaseView } from "#lib/releases/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { isReleaseOver, useReleaseVerb } from "./use-releases.ts";

/** Hold the rollout, let it go on, promote what is on trial, stop it; nothing once the release is over. `why` = why this person may not. */
export function ReleaseControl({ release, why }: { release: ReleaseView; why?: string }) {
  const t = useTranslations("control");
  const releases = useTranslations("releases");
  const pause = useReleaseVerb(release.id, "pause");
  const resume = useReleaseVerb(release.id, "resume");
  const abort = useReleaseVerb(release.id, "abort");
  const promote = useReleaseVerb(release.id, "promote");
  const error = promote.error ?? pause.error ?? resume.error ?? abort.error;
  if (isReleaseOver(release.state)) return null;
  const held = release.paused !== null;
  const onTrial = release.canary !== null && release.promoted === null && release.state === "canary";
  return (
    <>
      {error && <Failure error={error} />}
      {onTrial && (
        <Button look="primary" small busy={promote.isPending} why={why} onClick={() => promote.mutate()}>
          {t("promote")}
        </Button>
      )}
      {held ? (
        <Button
          look={onTrial ? "outline" : "primary"}
          small
          busy={resume.isPending}
          why={why}
          onClick={() => resume.mutate()}
        >
          {t("resume")}
        </Button>
      ) : (
        release.pausable && (
          <Button small busy={pause.isPending} why={why} onClick={() => pause.mutate()}>
            {t("pause")}
          </Button>
        )
      )}
      <Button look="danger" small busy={abort.isPending} why={why} onClick={() => abort.mutate()}>
        {onTrial ? t("takeBack") : releases("abort")}
      </Button>
    </>
  );
}
