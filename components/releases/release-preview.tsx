"use client";

import { Clock } from "lucide-react";
import { useTranslations } from "use-intl";
import type { ReleasePreview } from "#lib/releases/schema";
import { ConfigMoves } from "../config/config-moves.tsx";
import { Message } from "../ui/message.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { SkeletonRows } from "../ui/skeleton-rows.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import { ChangeWords } from "./change-words.tsx";
import { changesNothing } from "./changes-nothing.ts";
import { FieldConflicts } from "./field-conflicts.tsx";
import { LiftHold } from "./lift-hold.tsx";
import { MeshFacts } from "./mesh-facts.tsx";
import { ObjectChanges } from "./object-changes.tsx";
import classes from "./releases.module.css";
import type { Decide } from "./use-decisions.ts";

type Props = { app: string; preview: ReleasePreview | undefined; decide: Decide };

/** Words, objects, effect: what confirming would do, from the cluster's own dry run. */
export function ReleasePreviewView({ app, preview, decide }: Props) {
  const t = useTranslations("releases");
  const errorText = usePublicErrorText();
  if (preview === undefined) return <SkeletonRows rows={4} height={28} columns="120px 1fr 1fr" />;
  return (
    <>
      <section className={classes.part}>
        <h3>{t("willChange")}</h3>
        {(preview.changes.length > 0 || preview.takesBack === null) && <ChangeWords changes={preview.changes} />}
        {preview.takesBack && (
          <>
            <p>{t("takesBack", { number: preview.takesBack.number })}</p>
            <ChangeWords changes={preview.takesBack.changes} />
          </>
        )}
        <ConfigMoves app={app} environment={preview.environment} moves={preview.config} />
      </section>
      <FieldConflicts conflicts={preview.conflicts} decide={decide} />
      <section className={classes.part}>
        <h3>
          {t("objectsFrom")}{" "}
          <small>
            {t.rich("checkedOn", { cluster: preview.cluster, ago: () => <RelativeTime at={preview.checkedAt} /> })}
          </small>
        </h3>
        <ObjectChanges objects={preview.objects} />
      </section>
      {preview.mesh && <MeshFacts mesh={preview.mesh} />}
      {preview.warnings.map((warning) => (
        <Message key={warning.message} state="warn" title={t("warned")}>
          {errorText(warning)}
        </Message>
      ))}
      {preview.blockers
        // What others changed has its own list above, with what can be done about it.
        .filter(({ gate }) => gate !== "conflict")
        .map((blocker) => (
          <Message key={blocker.message} state="fail" title={t("blocked")}>
            {errorText(blocker)}
          </Message>
        ))}
      {preview.hold && <LiftHold app={app} hold={preview.hold} />}
      {!changesNothing(preview) && <Effect preview={preview} />}
    </>
  );
}

function Effect({ preview: { effect, takesBack } }: { preview: ReleasePreview }) {
  const t = useTranslations("releases.effect");
  const parts = [
    effect.podsToRestart > 0 && t("restart", { count: effect.podsToRestart }),
    effect.podsToStart > 0 && t("start", { count: effect.podsToStart }),
    effect.podsToStop > 0 && t("stop", { count: effect.podsToStop }),
  ].filter((part) => part !== false);
  const none = takesBack === null ? t("none") : t("noneServing", { number: takesBack.number });
  return (
    <p className={classes.effect}>
      <Clock size={16} strokeWidth={1.5} aria-hidden />
      <span>
        <b>{parts.length > 0 ? t("sentence", { parts: parts.join(t("and")) }) : none}</b>{" "}
        {effect.expectedMs !== null && t("about", { seconds: Math.ceil(effect.expectedMs / 1000) })}
        {effect.podsToRestart > 0 && <small>{t("rolling")}</small>}
      </span>
    </p>
  );
}
