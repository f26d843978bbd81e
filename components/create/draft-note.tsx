"use client";

import { useTranslations } from "use-intl";
import { Note } from "#components/ui/note";
import { RelativeTime } from "#components/ui/relative-time";
import type { DraftStatus } from "./use-draft.ts";

/** Says that nothing typed here can be lost, or that it could be. */
export function DraftNote({ status }: { status: DraftStatus }) {
  const t = useTranslations("create.draft");
  switch (status.state) {
    case "untouched":
      return null;
    case "saving":
      return <Note state="working">{t("saving")}</Note>;
    case "failed":
      return <Note state="warn">{t("failed")}</Note>;
    case "saved":
      return <Note state="ok">{t.rich("saved", { ago: () => <RelativeTime at={status.at} /> })}</Note>;
  }
}
