"use client";

import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import type { TerminalServerMessage } from "#lib/terminal/schema";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { Remaining } from "./remaining.tsx";
import { useEndTerminal, useTerminal } from "./use-terminals.ts";

type Props = {
  app: AppView;
  id: string;
  onAgreed: (id: string) => void;
  onEnded: (word: Extract<TerminalServerMessage, { type: "ended" }>) => void;
};

/** Says whom a terminal waits for, and goes on by itself as soon as somebody has agreed, or declined. */
export function WaitForApproval({ app, id, onAgreed, onEnded }: Props) {
  const t = useTranslations("terminal.waiting");
  const { data, error, refetch } = useTerminal(app, id);
  const cancel = useEndTerminal(app);
  useEffect(() => {
    if (data === undefined) return;
    const { state, decidedAt, endReason: reason, exitCode, error } = data;
    if (state === "ended" && reason !== null) onEnded({ type: "ended", reason, exitCode, error });
    else if (state === "waiting" && decidedAt !== null) onAgreed(id);
  }, [data, id, onAgreed, onEnded]);

  if (error) return <Failure error={error} onRetry={() => void refetch()} />;
  const giveUp = (
    <Button small busy={cancel.isPending} onClick={() => cancel.mutate(id)}>
      {t("cancel")}
    </Button>
  );
  return (
    <Message state="working" action={giveUp}>
      {t("text")} {data?.waitsUntil && <Remaining until={data.waitsUntil} />}
    </Message>
  );
}
