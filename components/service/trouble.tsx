"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { useReleases } from "../releases/use-releases.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { useServiceActions } from "./service-actions-context.tsx";
import { useRetryProvision } from "./use-service.ts";

type Props = { app: AppView; place: AppEnvironmentView | undefined };

/** What went wrong last, with the one next action; nothing while all is well. */
export function Trouble({ app, place }: Props) {
  return (
    <>
      <ProvisionTrouble app={app} />
      <BuildTrouble app={app} />
      {place && <ReleaseTrouble app={app} place={place} />}
    </>
  );
}

function ProvisionTrouble({ app }: { app: AppView }) {
  const t = useTranslations("service");
  const text = usePublicErrorText();
  const retry = useRetryProvision(app.name);
  if (app.provisionState !== "failed" || app.provisionError === null) return null;
  return (
    <>
      <Message
        state="fail"
        title={t("trouble.provision")}
        action={
          <Button small busy={retry.isPending} onClick={() => retry.mutate()}>
            {t("journey.retry")}
          </Button>
        }
      >
        {text(app.provisionError)}
      </Message>
      {retry.error && <Failure error={retry.error} />}
    </>
  );
}

function BuildTrouble({ app }: { app: AppView }) {
  const t = useTranslations("service.trouble");
  const text = usePublicErrorText();
  const newest = useBuilds(app.name, 1).data?.rows[0];
  if (newest?.state !== "failed") return null;
  return (
    <Message
      state="fail"
      title={t("build", { number: newest.number })}
      action={
        <Button small href={`/services/${app.name}/builds/${newest.id}`}>
          {t("openLog")}
        </Button>
      }
    >
      {newest.error && text(newest.error)}
    </Message>
  );
}

function ReleaseTrouble({ app, place }: { app: AppView; place: AppEnvironmentView }) {
  const t = useTranslations("service.trouble");
  const text = usePublicErrorText();
  const actions = useServiceActions();
  const newest = useReleases(app.name, place.environment, 1).data?.rows[0];
  if (newest?.state !== "failed") return null;
  const before = place.currentRelease;
  return (
    <Message
      state="fail"
      title={t("release", { number: newest.number })}
      action={
        <>
          <Button small href={`/services/${app.name}/releases/${newest.id}`}>
            {t("openRelease")}
          </Button>
          {before !== null && (
            <Button
              small
              why={actions.whyNotRelease}
              onClick={() => actions.open({ kind: "rollback", number: before })}
            >
              {t("rollback", { number: before })}
            </Button>
          )}
        </>
      }
    >
      {newest.error && text(newest.error)}
    </Message>
  );
}
