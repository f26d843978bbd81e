"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import type { HeldCommitView } from "#lib/releases/hold/schema";
import { ReasonInput } from "../fields/reason-input.tsx";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import classes from "./releases.module.css";
import { useLiftHold } from "./use-held-commits.ts";

/** Lifting a hold takes a reason. `why` = why this person may not. */
export function LiftHold({ app, hold, why }: { app: string; hold: HeldCommitView; why?: string }) {
  const t = useTranslations("control");
  const [reason, setReason] = useState("");
  const lift = useLiftHold(app);
  const { environmentId, commitSha } = hold;
  const missing = reason.trim() === "" ? t("liftReason") : undefined;
  return (
    <>
      <div className={classes.lift}>
        <ReasonInput small label={t("liftReason")} value={reason} onChange={setReason} />
        <Button
          small
          busy={lift.isPending}
          why={why ?? missing}
          onClick={() => lift.mutate({ environmentId, commitSha, reason })}
        >
          {t("lift")}
        </Button>
      </div>
      {lift.error && <Failure error={lift.error} />}
    </>
  );
}
