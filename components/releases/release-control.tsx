"use client";

import { useTranslations } from "use-intl";
import type { ReleaseView } from "#lib/releases/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { isReleaseOver, useReleaseVerb } from "./use-releases.ts";

/** Hold the rollout, let it go on, stop it; nothing once the release is over. `why` = why this person may not. */
export function ReleaseControl({ release, why }: { release: ReleaseView; why?: string }) {
  const t = useTranslations("control");
  const releases = useTranslations("releases");
  const pause = useReleaseVerb(release.id, "pause");
  const resume = useReleaseVerb(release.id, "resume");
  const abort = useReleaseVerb(release.id, "abort");
  const error = pause.error ?? resume.error ?? abort.error;
  if (isReleaseOver(release.state)) return null;
  const held = release.paused !== null;
  return (
    <>
      {error && <Failure error={error} />}
      {held ? (
        <Button look="primary" small busy={resume.isPending} why={why} onClick={() => resume.mutate()}>
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
        {releases("abort")}
      </Button>
    </>
  );
}
