"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { useServiceActions } from "../service/service-actions-context.tsx";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { LiftHold } from "./lift-hold.tsx";
import { useHeldCommits } from "./use-held-commits.ts";

type Props = { app: { id: string; name: string }; commitSha: string };

/** Where this commit is held, since when, by whom and why, with the way to let it go; nothing where it is not. */
export function HeldCommits({ app, commitSha }: Props) {
  const t = useTranslations("control");
  const { whyNotRelease } = useServiceActions();
  const holds = useHeldCommits(app).filter((hold) => hold.commitSha === commitSha);
  return holds.map((hold) => {
    const { environment, by, reason } = hold;
    const values = {
      ago: () => <RelativeTime at={hold.since} />,
      release: () => (
        <Link className="k-link" href={`/services/${app.name}/releases/${hold.releaseId}`}>
          #{hold.releaseNumber}
        </Link>
      ),
    };
    return (
      <div key={hold.environmentId}>
        <Message state="warn" title={t("heldTitle", { commit: commitSha.slice(0, 7), environment })}>
          {by === null ? t.rich("heldByKepler", values) : t.rich("heldBy", { ...values, name: by })}{" "}
          {reason && t("heldWhy", { reason })}
        </Message>
        <LiftHold app={app.name} hold={hold} why={whyNotRelease} />
      </div>
    );
  });
}
