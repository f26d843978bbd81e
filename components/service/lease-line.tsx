"use client";

import { useFormatter, useTranslations } from "use-intl";
import { useLease, useMoveLease } from "../releases/use-leases.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Message } from "../ui/message.tsx";
import { useServiceActions } from "./service-actions-context.tsx";

const HOUR_MS = 3_600_000;
const LONGER_HOURS = [1, 4];

type Props = { app: { id: string; name: string }; environmentId: string | undefined };

/** "8 replicas until 22:00, then 2", with the ways to end it now or later; nothing where no lease is on. */
export function LeaseLine({ app, environmentId }: Props) {
  const t = useTranslations("control.lease");
  const format = useFormatter();
  const { whyNotRelease } = useServiceActions();
  const lease = useLease(app, environmentId);
  const move = useMoveLease(app.name);
  if (!lease) return null;
  const { replicas, backTo, until, environmentId: place } = lease;
  const at = format.dateTime(new Date(until), { dateStyle: "medium", timeStyle: "short" });
  const longer = (hours: number) =>
    move.mutate({ environmentId: place, until: new Date(new Date(until).getTime() + hours * HOUR_MS).toISOString() });
  return (
    <>
      <Message
        state="working"
        title={t("sentence", { replicas, backTo, until: at })}
        action={
          <>
            {LONGER_HOURS.map((count) => (
              <Button key={count} small why={whyNotRelease} busy={move.isPending} onClick={() => longer(count)}>
                {t("hours", { count })}
              </Button>
            ))}
            <Button
              small
              why={whyNotRelease}
              busy={move.isPending}
              onClick={() => move.mutate({ environmentId: place, until: null })}
            >
              {t("endNow")}
            </Button>
          </>
        }
      />
      {move.error && <Failure error={move.error} />}
    </>
  );
}
