"use client";

import { NumberInput } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { MOST_LIMIT_MINUTES, TERMINAL_MODES, type TerminalPolicy } from "#lib/terminal/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { ChoiceCards } from "../ui/choice-cards.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useSetTerminalPolicy } from "./use-terminals.ts";

type Props = { app: AppView; environment: EnvironmentView; policy: TerminalPolicy; onClose: () => void };

/** What an environment asks of terminals, and how long one may last. It holds for those that are open as well. */
export function PolicyDialog({ app, environment, policy, onClose }: Props) {
  const t = useTranslations("terminal.policy");
  const [mode, setMode] = useState(policy.mode);
  const [limitMinutes, setMinutes] = useState<number | string>(policy.limitMinutes);
  const save = useSetTerminalPolicy(app, environment.id);
  const isLimit = typeof limitMinutes === "number" && limitMinutes >= 1 && limitMinutes <= MOST_LIMIT_MINUTES;
  const send = (wanted: TerminalPolicy | null) => save.mutate(wanted, { onSuccess: onClose });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t("title", { environment: environment.name })}
      footer={
        <>
          <span>{t("effect")}</span>
          <Button busy={save.isPending} onClick={() => send(null)}>
            {t("usual")}
          </Button>
          <Button
            look="primary"
            busy={save.isPending}
            why={isLimit ? undefined : t("limit", { most: MOST_LIMIT_MINUTES })}
            onClick={() => isLimit && send({ mode, limitMinutes })}
          >
            {t("save")}
          </Button>
        </>
      }
    >
      <ChoiceCards
        label={t("asks")}
        value={mode}
        onChange={setMode}
        choices={TERMINAL_MODES.map((value) => ({ value, title: t(`choice.${value}`), hint: t(`hint.${value}`) }))}
      />
      <NumberInput
        label={t("minutes")}
        description={t("limit", { most: MOST_LIMIT_MINUTES })}
        min={1}
        max={MOST_LIMIT_MINUTES}
        allowDecimal={false}
        value={limitMinutes}
        onChange={setMinutes}
      />
      {save.error && <Failure error={save.error} />}
    </Dialog>
  );
}
