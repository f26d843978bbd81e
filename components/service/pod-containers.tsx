"use client";

import { useTranslations } from "use-intl";
import type { ContainerView, PodView, UsageView } from "#lib/clusters/schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import { Badge } from "../ui/badge.tsx";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import classes from "./service.module.css";

export type MeasuredUse = UsageView["containers"][number];

/** The containers of a pod in the order of their start: how each is, how it ended before, what it asks for, may have and uses. */
export function PodContainers({ pod, use }: { pod: PodView; use: readonly MeasuredUse[] }) {
  const t = useTranslations("service.pods");
  return (
    <>
      <ul className={classes.containers} aria-label={t("containersOf", { pod: pod.name })}>
        {pod.containers.map((container) => (
          <ContainerRow
            key={container.name}
            container={container}
            use={use.find((one) => one.container === container.name)}
          />
        ))}
      </ul>
      <p className={classes.whereabouts}>
        {pod.nodeName === null ? t("noNode") : t("onNode", { node: pod.nodeName })}
        {pod.podIp !== null && (
          <>
            {" · "}
            <code>{pod.podIp}</code>
          </>
        )}
        {" · "}
        {t.rich("seen", { ago: () => <RelativeTime at={pod.seenAt} /> })}
      </p>
    </>
  );
}

function ContainerRow({ container, use }: { container: ContainerView; use: MeasuredUse | undefined }) {
  const t = useTranslations("service.pods");
  const { name, kind, state, reason, ready, restarts, startedAt } = container;
  return (
    <li>
      <div className={classes.containerName}>
        <Glyph name={glyphOf(container)} />
        <code>{name}</code>
        {kind !== "container" && <Badge>{t(`kind.${kind}`)}</Badge>}
      </div>
      <div className={classes.containerState}>
        <span>
          {reason ?? t(`state.${state}`)}
          {state === "running" && kind !== "init" && (ready ? ` · ${t("isReady")}` : ` · ${t("isNotReady")}`)}
          {startedAt !== null && state === "running" && (
            <>
              {" · "}
              <RelativeTime at={startedAt} bare />
            </>
          )}
        </span>
        {restarts > 0 && <LastEnd container={container} />}
      </div>
      <Amounts container={container} use={use} />
    </li>
  );
}

/** How often it was started again, and how it had ended. */
function LastEnd({ container: { restarts, lastReason, lastExitCode, lastFinishedAt } }: { container: ContainerView }) {
  const t = useTranslations("service.pods");
  return (
    <span className="k-small">
      {t("restarted", { count: restarts })}
      {lastExitCode !== null && `: ${t("ended", { reason: lastReason ?? "", code: lastExitCode })}`}
      {lastFinishedAt !== null && (
        <>
          {", "}
          <RelativeTime at={lastFinishedAt} />
        </>
      )}
    </span>
  );
}

/** "CPU 12 of 100–500 m": in use, asked for, and the most. */
function Amounts({ container, use }: { container: ContainerView; use: MeasuredUse | undefined }) {
  const t = useTranslations("service.pods");
  const size = useSizeWords();
  const { cpuRequestMillis, cpuLimitMillis, memoryRequestBytes, memoryLimitBytes } = container;
  const words = (print: (n: number) => string, request: number | null, limit: number | null, used?: number) => ({
    used: used === undefined ? "none" : print(used),
    request: request === null ? "none" : print(request),
    limit: limit === null ? "none" : print(limit),
  });
  return (
    <dl className={classes.amounts}>
      <div>
        <dt>{t("cpu")}</dt>
        <dd>{t("amount", words(size.cpu, cpuRequestMillis, cpuLimitMillis, use?.cpuMillis))}</dd>
      </div>
      <div>
        <dt>{t("memory")}</dt>
        <dd>{t("amount", words(size.memory, memoryRequestBytes, memoryLimitBytes, use?.memoryBytes))}</dd>
      </div>
    </dl>
  );
}

function glyphOf({ kind, state, ready, exitCode, reason }: ContainerView): GlyphName {
  if (state === "terminated") return exitCode === 0 ? "done" : "fail";
  if (state === "waiting") return reason && /BackOff|Err|Error|Invalid/.test(reason) ? "fail" : "wait";
  return ready || kind === "init" ? "ok" : "working";
}
