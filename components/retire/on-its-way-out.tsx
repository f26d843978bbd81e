"use client";

import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import classes from "./retire.module.css";

type Props = { retirement: NonNullable<AppView["retirement"]>; gone: boolean };

/** Above every view of a service that is being retired, and instead of them once it has gone. */
export function OnItsWayOut({ retirement, gone }: Props) {
  const t = useTranslations("retire");
  const state = gone ? "gone" : retirement.failed ? "stopped" : "going";
  return (
    <div className={classes.banner}>
      <Message
        state={LOOKS[state]}
        title={t(state)}
        action={
          <Button small href={`/retirements/${retirement.id}`}>
            {t(gone ? "openProof" : "follow")}
          </Button>
        }
      />
    </div>
  );
}

const LOOKS = { gone: "ok", stopped: "fail", going: "working" } as const;
