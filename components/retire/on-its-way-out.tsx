"use client";

import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import classes from "./retire.module.css";

/** Above every view of a service that is being retired: nothing else is to be done with it. */
export function OnItsWayOut({ retirement }: { retirement: NonNullable<AppView["retirement"]> }) {
  const t = useTranslations("retire");
  return (
    <div className={classes.banner}>
      <Message
        state={retirement.failed ? "fail" : "working"}
        title={t(retirement.failed ? "stopped" : "going")}
        action={
          <Button small href={`/retirements/${retirement.id}`}>
            {t("follow")}
          </Button>
        }
      />
    </div>
  );
}
