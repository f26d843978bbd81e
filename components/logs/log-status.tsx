"use client";

import { useTranslations } from "use-intl";
import { MOST_PODS } from "#lib/logs/schema";
import { useSentence } from "../ui/sentences-context.tsx";
import type { Logs } from "./log-store.ts";
import classes from "./logs.module.css";
import { clusterSilence } from "./why-no-lines.ts";

const TOLD = ["waiting", "unreachable", "denied", "none"] as const;

/** How the stream stands, how many pods are not in it, and each pod that gives no lines, with the reason. */
export function LogStatus({ logs, shown }: { logs: Logs; shown: number }) {
  const t = useTranslations("logs");
  const sentence = useSentence();
  const silence = logs.connection === "live" ? clusterSilence(logs.pods) : null;
  const each = silence === null ? logs.pods : [];
  return (
    <span className={classes.state} role="status">
      {silence === null ? t(`state.${logs.connection}`, { count: shown }) : t("state.silent", { count: shown })}
      {logs.connection === "live" && logs.resumed > 0 && ` · ${t("resumed", { count: logs.resumed })}`}
      {logs.leftOut.length > 0 && ` · ${t("leftOut", { count: logs.leftOut.length, most: MOST_PODS })}`}
      {silence !== null && ` · ${sentence(silence)}`}
      {each.map(({ pod, state, reason }) => {
        const told = TOLD.find((each) => each === state);
        return (
          told && (
            <span key={pod}>
              {" · "}
              {pod.slice(-5)} {t(`podState.${told}`, { reason: reason === null ? "" : sentence(reason) })}
            </span>
          )
        );
      })}
    </span>
  );
}
