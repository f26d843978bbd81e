"use client";

import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import type { ReleaseIntent } from "#lib/releases/schema";
import { useBuilds } from "../builds/use-builds.ts";
import { ReleaseForm } from "./release-form.tsx";
import type { TaskFormProps } from "./release-task.ts";

/** Which build to release: the newest that succeeded unless one was named. */
export function DeployForm({ app, environment, task, ...rest }: TaskFormProps<"deploy">) {
  const t = useTranslations("releases");
  const builds = useBuilds(app.name, 1).data?.rows;
  const newest = builds?.find(({ state }) => state === "succeeded")?.id;
  const [picked, setPicked] = useState(task.buildId);
  const buildId = picked ?? newest ?? null;
  const intent = useMemo(
    (): ReleaseIntent | null =>
      buildId === null
        ? null
        : { environmentId: environment.id, kind: "deploy", buildId, settings: null, restoresNumber: null },
    [environment.id, buildId],
  );
  return (
    <ReleaseForm app={app} intent={intent} {...rest}>
      <NativeSelect
        label={t("build")}
        value={buildId ?? ""}
        onChange={(event) => setPicked(event.currentTarget.value)}
        data={(builds ?? [])
          .filter(({ state }) => state === "succeeded")
          .map((build) => ({
            value: build.id,
            label: t("buildOption", {
              number: build.number,
              ref: build.ref,
              commit: build.commitSha.slice(0, 7),
              title: build.commitTitle,
            }),
          }))}
        error={builds && newest === undefined ? t("noBuild") : undefined}
      />
    </ReleaseForm>
  );
}
