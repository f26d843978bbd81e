"use client";

import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { useSentence } from "../ui/sentences-context.tsx";
import type { Logs } from "./log-store.ts";

type Props = { logs: Logs; environment: string; isRunning: boolean; onShowAll: () => void };

/** In place of lines, where none are shown: why. */
export function NoLines({ logs, environment, isRunning, onShowAll }: Props) {
  const t = useTranslations("logs");
  const sentence = useSentence();
  const denied = logs.pods.find(({ state }) => state === "denied");
  if (denied) return <Forbidden>{sentence(denied.reason ?? "")}</Forbidden>;
  if (logs.lines.length > 0)
    return <Empty title={t("noneFit")} action={<Button onClick={onShowAll}>{t("showAll")}</Button>} />;
  // Whoever has not been heard may have said something.
  if (logs.connection !== "live") return null;
  return <Empty title={t("none")}>{isRunning ? t("noneHint") : t("notRunning", { environment })}</Empty>;
}
