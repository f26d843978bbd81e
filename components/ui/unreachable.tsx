"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { SystemView } from "#lib/clusters/schema";
import { Message } from "./message.tsx";
import { RelativeTime } from "./relative-time.tsx";

type Props = { system: Pick<SystemView, "name" | "since" | "lastOkAt">; children?: ReactNode; action?: ReactNode };

/** A system that does not answer: since when, and that what is shown was last seen then. Not deleted, not failed. */
export function Unreachable({ system, children, action }: Props) {
  const t = useTranslations("ui.unreachable");
  const since = system.since ?? system.lastOkAt;
  const title = since
    ? t.rich("since", { name: system.name, ago: () => <RelativeTime at={since} bare /> })
    : t("never", { name: system.name });
  return (
    <Message state="unknown" title={title} action={action}>
      {children ?? t("lastSeen")}
    </Message>
  );
}
