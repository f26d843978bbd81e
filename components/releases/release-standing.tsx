"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { ReleaseView } from "#lib/releases/schema";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { isReleaseOver } from "./use-releases.ts";

/** What a person should know of a release beside its steps: held by whom, what came after it, what happens should it fail. */
export function ReleaseStanding({ app, release }: { app: { name: string }; release: ReleaseView }) {
  const t = useTranslations("control");
  const { paused, next, state } = release;
  if (paused) {
    const what = state === "canary" ? "canary" : "rollout";
    return (
      <Message state="warn" title={t("pausedTitle", { what })}>
        {t.rich("pausedBy", { what, by: paused.by ?? "nobody", ago: () => <RelativeTime at={paused.since} /> })}
      </Message>
    );
  }
  const link = () => (
    <Link className="k-link" href={`/services/${app.name}/releases/${next?.id}`}>
      #{next?.number}
    </Link>
  );
  if (next && state === "superseded") {
    return <Message state="unknown">{t.rich("supersededBy", { release: link })}</Message>;
  }
  if (next?.byKepler && next.kind === "rollback" && (state === "aborted" || state === "failed")) {
    return <Message state="working">{t.rich("restoredBy", { release: link })}</Message>;
  }
  if (release.rollbackOnFailure && !isReleaseOver(state)) {
    return <p className="k-small k-quiet">{t("willRollBack")}</p>;
  }
  return null;
}
