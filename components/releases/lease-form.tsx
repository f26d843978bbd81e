"use client";

import { TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { useTimeZone, useTranslations } from "use-intl";
import { mayEndAt } from "#lib/releases/lease/lease-rules";
import type { ReleaseIntent } from "#lib/releases/schema";
import { ReplicasInput } from "../fields/replicas-input.tsx";
import { fromLocalInput, toLocalInput } from "../ui/local-time.ts";
import { useClock } from "../ui/use-clock.ts";
import { ReleaseForm } from "./release-form.tsx";
import type { TaskFormProps } from "./release-task.ts";
import classes from "./releases.module.css";

const HOUR_MS = 3_600_000;

/** How many pods, and until when; afterwards the number of now comes back by itself. */
export function LeaseForm({ app, environment, task: _, ...rest }: TaskFormProps<"lease">) {
  const t = useTranslations("control.lease");
  const wanted = app.environments.find(({ environmentId }) => environmentId === environment.id)?.wanted ?? 1;
  const zone = useTimeZone() ?? "";
  const now = useClock();
  const [replicas, setReplicas] = useState<number | "">(wanted + 1);
  const [until, setUntil] = useState(() => toLocalInput(new Date(Date.now() + HOUR_MS)));
  const end = fromLocalInput(until);
  const past = end === null || !mayEndAt(end, new Date(now));
  const leaseUntil = end?.toISOString();
  const intent = useMemo((): ReleaseIntent | null => {
    if (replicas === "" || leaseUntil === undefined) return null;
    const scale = { kind: "scale" as const, replicas, leaseUntil };
    return { environmentId: environment.id, ...scale, buildId: null, settings: null, restoresNumber: null };
  }, [environment.id, replicas, leaseUntil]);
  return (
    <ReleaseForm app={app} intent={past ? null : intent} why={past ? t("past") : undefined} {...rest}>
      <div className={classes.pair}>
        <ReplicasInput label={t("replicas")} value={replicas} onChange={setReplicas} data-autofocus />
        <TextInput
          type="datetime-local"
          label={t("until")}
          description={t("untilHint", { zone })}
          value={until}
          error={past ? t("past") : undefined}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
      </div>
    </ReleaseForm>
  );
}
