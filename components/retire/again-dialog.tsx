"use client";

import { useTranslations } from "use-intl";
import type { RetirementView } from "#lib/retire/schema";
import { Dialog } from "../ui/dialog.tsx";
import { ConfirmRetirement } from "./confirm-retirement.tsx";
import classes from "./retire.module.css";
import { StaysView } from "./stays-view.tsx";
import { useRetireAgain } from "./use-retirement.ts";

type Props = { retirement: RetirementView; onClose: () => void; onConfirmed: (retirementId: string) => void };

/** Removes what a retirement kept; also dangerous, so it asks for the name too. */
export function RemoveKeptDialog({ retirement, onClose, onConfirmed }: Props) {
  const t = useTranslations("retire");
  const again = useRetireAgain(retirement.id);
  const kept = keptBy(retirement);
  return (
    <Dialog opened onClose={onClose} title={t("removeKept.title", { app: retirement.app })}>
      <div className={classes.form}>
        <section className={classes.part}>
          <h3>{t("plan.title")}</h3>
          <ul className={classes.stays}>
            {kept.map(({ kind, key }) => (
              <li key={`${kind} ${key}`}>
                <code>{key}</code>
              </li>
            ))}
          </ul>
        </section>
        <section className={classes.part}>
          <h3>{t("stays.title")}</h3>
          <StaysView {...retirement} left={retirement.findings} />
        </section>
        <ConfirmRetirement
          app={retirement.app}
          label={t("removeKept.action")}
          why={undefined}
          busy={again.isPending}
          error={again.error}
          onCancel={onClose}
          onConfirm={(confirmed) =>
            again.mutate(
              { ...confirmed, keep: { volumes: false, images: false } },
              { onSuccess: ({ retirementId }) => onConfirmed(retirementId) },
            )
          }
        />
      </div>
    </Dialog>
  );
}

/** What is there because the person wanted it so. */
export const keptBy = ({ systems }: Pick<RetirementView, "systems">) =>
  systems.flatMap(({ entries }) => entries.filter(({ left }) => left === "volumes" || left === "images"));
