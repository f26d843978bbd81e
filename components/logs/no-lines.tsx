"use client";

import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { useSentence } from "../ui/sentences-context.tsx";
import type { LogFilter } from "./log-filter.ts";
import type { Logs } from "./log-store.ts";
import { clusterSilence, whyNoLines } from "./why-no-lines.ts";

type Props = {
  logs: Logs;
  filter: LogFilter;
  /** The pods that the watch sees; undefined until they have been read. */
  there: readonly string[] | undefined;
  environment: string;
  onFilter: (part: Partial<LogFilter>) => void;
};

/** In place of lines, where none are shown: why. */
export function NoLines({ logs, filter, there, environment, onFilter }: Props) {
  const t = useTranslations("logs");
  const sentence = useSentence();
  const denied = logs.pods.find(({ state }) => state === "denied");
  if (denied) return <Forbidden>{sentence(denied.reason ?? "")}</Forbidden>;
  if (logs.lines.length > 0)
    return (
      <Empty title={t("noneFit")} action={<Button onClick={() => onFilter({ level: null })}>{t("showAll")}</Button>} />
    );
  // Whoever has not been heard may have said something.
  if (logs.connection !== "live" || there === undefined) return null;
  const silence = clusterSilence(logs.pods);
  if (silence !== null) return <Empty title={t("silent")}>{sentence(silence)}</Empty>;
  const why = whyNoLines(logs, filter, there);
  const action =
    why === "chosenGone" ? (
      <Button onClick={() => onFilter({ pods: [] })}>{t("allPods")}</Button>
    ) : why === "noneInTime" ? (
      <Button onClick={() => onFilter({ since: "all" })}>{t("since.all")}</Button>
    ) : undefined;
  return (
    <Empty title={t("none")} action={action}>
      {why === "unheard" ? undefined : t(why, { environment })}
    </Empty>
  );
}
