"use client";

import { useTranslations } from "use-intl";
import { useSizeWords } from "../fields/use-size-words.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useUsage } from "./use-settings.ts";

/** What the pods really use, beside what they may; nothing where nothing was measured. */
export function PodUsage({ app, environment }: { app: { id: string; name: string }; environment: string }) {
  const t = useTranslations("settings.usage");
  const size = useSizeWords();
  const highest = useUsage(app, environment).data?.highest;
  if (!highest) return null;
  return (
    <p className="k-small k-quiet">
      {t.rich("highest", {
        pods: highest.pods,
        cpu: size.cpu(highest.cpuMillis),
        memory: size.memory(highest.memoryBytes),
        ago: () => <RelativeTime at={highest.measuredAt} />,
      })}
    </p>
  );
}
