"use client";

import { useTranslations } from "use-intl";
import type { MetricsView } from "#lib/metrics/schema";
import { useSizeWords } from "../fields/use-size-words.ts";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";

type Props = { metrics: MetricsView; environment: string; onRetry: () => void };

/**
 * Why there are no charts, or none that can be trusted: away, refusing, too early, knowing nothing and having stopped each
 * differ.
 */
export function Standing({ metrics, environment, onRetry }: Props) {
  const t = useTranslations("metrics.state");
  const errorText = usePublicErrorText();
  const { state, problem, lastAt, isRunning } = metrics;
  const ago = lastAt === null ? null : () => <RelativeTime at={lastAt} />;
  const again = (
    <Button look="plain" small onClick={onRetry}>
      {t("again")}
    </Button>
  );
  switch (state) {
    case "ok":
      return null;
    case "absent":
      return (
        <Message state="unknown" title={t("absent")}>
          <Measured usage={metrics.usage} />
        </Message>
      );
    case "unreachable":
      return (
        <Message state="unknown" title={problem ? errorText(problem) : t("unreachable")} action={again}>
          {ago && t.rich("lastAnswer", { ago })} <Measured usage={metrics.usage} />
        </Message>
      );
    case "forbidden":
      return (
        <Message state="fail" title={problem ? errorText(problem) : t("forbidden")} action={again}>
          <Measured usage={metrics.usage} />
        </Message>
      );
    case "stale":
      return (
        <Message state="warn" title={ago ? t.rich("stale", { ago }) : undefined} action={again}>
          {t("staleHint")} <Measured usage={metrics.usage} />
        </Message>
      );
    case "awaited":
      return (
        <Message state="working" title={t("awaited")}>
          {t("awaitedHint")} <Measured usage={metrics.usage} />
        </Message>
      );
    case "empty":
      return (
        <Message state="unknown" title={isRunning ? t("empty") : t("notRunning", { environment })}>
          {isRunning && t("emptyHint")} <Measured usage={metrics.usage} />
        </Message>
      );
  }
}

/** What the cluster itself says now, when Prometheus says nothing. */
function Measured({ usage }: Pick<MetricsView, "usage">) {
  const t = useTranslations("metrics.state");
  const size = useSizeWords();
  if (usage === null) return null;
  return t.rich("usage", {
    pods: usage.pods,
    cpu: size.cpu(usage.cpuMillis),
    memory: size.memory(usage.memoryBytes),
    ago: () => <RelativeTime at={usage.measuredAt} />,
  });
}
