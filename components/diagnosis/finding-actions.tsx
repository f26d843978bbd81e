"use client";

import { useTranslations } from "use-intl";
import type { AppEnvironmentView, AppView } from "#lib/apps/schema";
import type { Finding, FindingAction } from "#lib/diagnosis/schema";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { Button } from "../ui/button.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { CopyWords } from "./copy-words.tsx";
import classes from "./diagnosis.module.css";

type Props = { app: AppView; place: AppEnvironmentView; finding: Finding; before: number | null };

/** The ways on from a finding, the best first. */
export function FindingActions({ finding, ...where }: Props) {
  return (
    <div className={classes.actions}>
      {finding.actions.map((action) => (
        <Way key={JSON.stringify(action)} {...where} finding={finding} action={action} />
      ))}
    </div>
  );
}

function Way({ app, place, finding, before, action }: Props & { action: FindingAction }) {
  const t = useTranslations("diagnosis.action");
  const actions = useServiceActions();
  const base = `/services/${app.name}`;
  switch (action.kind) {
    case "settings":
      return (
        <Button small href={`${base}/settings?${query({ open: action.section, at: action.field })}`}>
          {action.field === "resources.memoryLimitBytes" ? t("memory") : t(`settings.${action.section}`)}
        </Button>
      );
    case "log":
      return (
        <Button
          small
          href={`${base}/logs?${query({ pod: action.pod, container: action.container, previous: action.previous ? "true" : null })}`}
        >
          {t(action.previous ? "lastLog" : "log")}
        </Button>
      );
    case "terminal":
      return (
        <Button small href={`${base}/terminal?${query({ pod: action.pod })}`}>
          {t("terminal")}
        </Button>
      );
    case "build":
      return (
        <Button small why={actions.whyNotBuild} onClick={actions.openBuild}>
          {t("build")}
        </Button>
      );
    case "restart":
      return (
        <Button small why={actions.whyNotRelease} onClick={() => actions.open({ kind: "restart" })}>
          {t("restart")}
        </Button>
      );
    case "rollback":
      return before === null ? null : (
        <Button small why={actions.whyNotRelease} onClick={() => actions.open({ kind: "rollback", number: before })}>
          {t("rollback", { number: before })}
        </Button>
      );
    case "ask":
      return <Ask place={place} app={app} finding={finding} />;
  }
}

const query = (entries: Record<string, string | null>): string =>
  new URLSearchParams(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== null),
  ).toString();

/** Somebody else must act: the finding in words, to be sent to them. */
function Ask({ app, place, finding }: Omit<Props, "before">) {
  const t = useTranslations("diagnosis.action");
  const text = usePublicErrorText();
  const grounds = finding.evidence.map((each) => `- ${each.object}: ${each.text}`);
  const words = [`${app.name} · ${place.environment}`, text(finding.error), ...grounds].join("\n");
  return <CopyWords words={words}>{t("ask")}</CopyWords>;
}
