"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import type { TerminalPolicy } from "#lib/terminal/schema";
import { useAllows } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { PolicyDialog } from "./policy-dialog.tsx";
import classes from "./terminal.module.css";

type Props = { app: AppView; environment: EnvironmentView; policy: TerminalPolicy };

/** What this environment asks of whoever wants a shell; whoever may change that can do it here. */
export function PolicyLine({ app, environment, policy }: Props) {
  const t = useTranslations("terminal.policy");
  const mayEdit = useAllows()("environment.edit");
  const [editing, setEditing] = useState(false);
  return (
    <p className={classes.policy}>
      {t("line", { environment: environment.name, mode: t(`mode.${policy.mode}`), minutes: policy.limitMinutes })}
      {mayEdit && (
        <Button small onClick={() => setEditing(true)}>
          {t("change")}
        </Button>
      )}
      {editing && (
        <PolicyDialog app={app} environment={environment} policy={policy} onClose={() => setEditing(false)} />
      )}
    </p>
  );
}
