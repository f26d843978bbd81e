"use client";

import { NativeSelect, TextInput } from "@mantine/core";
import { SquareTerminal } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { asksWhy } from "#lib/terminal/rules";
import type { TerminalPolicy } from "#lib/terminal/schema";
import { Button } from "../ui/button.tsx";
import type { Wish } from "./connect-terminal.ts";
import classes from "./terminal.module.css";

type Props = {
  app: string;
  environmentId: string;
  pods: PodView[];
  policy: TerminalPolicy;
  onOpen: (wish: Omit<Wish, "columns" | "rows">) => void;
};

const isRunning = (pod: PodView): boolean => pod.containers.some(({ state }) => state === "running");

/** Which container, and why where the environment asks. */
export function TerminalForm({ app, environmentId, pods, policy, onOpen }: Props) {
  const t = useTranslations("terminal.form");
  const running = pods.filter(isRunning);
  // A link may name the pod.
  const [podName, setPod] = useState(useSearchParams().get("pod") ?? "");
  const pod = running.find(({ name }) => name === podName) ?? running[0];
  const containers = pod?.containers.filter(({ state }) => state === "running").map(({ name }) => name) ?? [];
  const [containerName, setContainer] = useState(app);
  const container = containers.find((name) => name === containerName) ?? containers[0];
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const needsReason = asksWhy(policy.mode);
  const missing = needsReason && reason.trim() === "";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    if (pod === undefined || container === undefined || missing) return;
    onOpen({ environmentId, pod: pod.name, container, reason: reason.trim() === "" ? null : reason.trim() });
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <NativeSelect
        label={t("pod")}
        value={pod?.name}
        onChange={(event) => setPod(event.currentTarget.value)}
        data={running.map(({ name }) => name)}
      />
      <NativeSelect
        label={t("container")}
        value={container}
        onChange={(event) => setContainer(event.currentTarget.value)}
        data={containers}
      />
      <TextInput
        label={needsReason ? t("reason") : t("reasonOptional")}
        placeholder={t("reasonHint")}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        error={asked && missing ? t("reasonNeeded") : undefined}
      />
      <Button look="primary" type="submit" icon={<SquareTerminal size={16} strokeWidth={1.5} />}>
        {policy.mode === "approval" ? t("ask") : t("open")}
      </Button>
      <p className={classes.terms}>
        {policy.mode === "approval" && `${t("approval")} `}
        {t("terms", { minutes: policy.limitMinutes })}
      </p>
    </form>
  );
}
