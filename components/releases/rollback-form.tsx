"use client";

import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { RESTORED_PARTS } from "#lib/releases/schema";
import { ReleaseForm } from "./release-form.tsx";
import type { TaskFormProps } from "./release-task.ts";

/** How much of the old release comes back: all of it unless said otherwise. */
export function RollbackForm({ app, environment, task, ...rest }: TaskFormProps<"rollback">) {
  const t = useTranslations("control.restoredPart");
  const [restore, setRestore] = useState<(typeof RESTORED_PARTS)[number]>("all");
  const intent = useMemo(
    () => ({
      environmentId: environment.id,
      kind: "rollback" as const,
      buildId: null,
      settings: null,
      restoresNumber: task.number,
      restore,
    }),
    [environment.id, task.number, restore],
  );
  return (
    <ReleaseForm app={app} intent={intent} {...rest}>
      <NativeSelect
        label={t("label")}
        value={restore}
        data={RESTORED_PARTS.map((value) => ({ value, label: t(value) }))}
        onChange={({ currentTarget: { value } }) => setRestore(RESTORED_PARTS.find((part) => part === value) ?? "all")}
      />
    </ReleaseForm>
  );
}
