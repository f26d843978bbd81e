"use client";

import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { ReleaseIntent } from "#lib/releases/schema";
import { useAllows, useSelection } from "../shell/selection.tsx";
import { ReleaseForm } from "./release-form.tsx";
import type { TaskFormProps } from "./release-task.ts";

/** Which environment gets what runs in this one: the next in the order of promotion unless another is chosen. */
export function CloneForm({ app, environment, task: _, ...rest }: TaskFormProps<"clone">) {
  const t = useTranslations("control.clone");
  const allows = useAllows();
  const { environments } = useSelection();
  const targets = environments.filter(
    ({ id, purpose }) =>
      id !== environment.id && allows(purpose === "prod" ? "release.create.prod" : "release.create", app.teamId),
  );
  const [picked, setPicked] = useState<string | null>(null);
  const target = picked ?? targets[0]?.id ?? null;
  const intent = useCloneIntent(environment.id, target);
  return (
    <ReleaseForm app={app} intent={intent} why={target === null ? t("none") : undefined} {...rest}>
      <NativeSelect
        label={t("target")}
        value={target ?? ""}
        data={targets.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) => setPicked(event.currentTarget.value)}
      />
    </ReleaseForm>
  );
}

/** The same object as long as both environments stay the same. */
const useCloneIntent = (from: string, to: string | null): ReleaseIntent | null =>
  useMemo(
    () =>
      to === null
        ? null
        : { environmentId: to, kind: "deploy", cloneOf: from, buildId: null, settings: null, restoresNumber: null },
    [from, to],
  );
