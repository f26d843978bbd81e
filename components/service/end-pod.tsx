"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { sendJson } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** `evict` asks the disruption budgets first, `delete` asks nobody. */
export type PodEnd = "delete" | "evict";

type Props = {
  app: string;
  environmentId: string;
  pod: PodView;
  end: PodEnd;
  /** No other pod is ready. */
  last: boolean;
  onClose: () => void;
};

/** Asks before a pod is ended: what is lost with it, and whether anything answers meanwhile. A budget's refusal stays here. */
export function EndPod({ app, environmentId, pod, end, last, onClose }: Props) {
  const t = useTranslations(end === "evict" ? "control.evictPod" : "control.deletePod");
  const shared = useTranslations("control.deletePod");
  const releases = useTranslations("releases");
  const send = useMutation({
    mutationFn: () => sendJson("POST", `/api/apps/${app}/pods/${pod.uid}/${end}`, { environmentId }, null),
    onSuccess: onClose,
  });
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t("title")}
      width={480}
      footer={
        <>
          <Button onClick={onClose}>{releases("cancel")}</Button>
          <Button look="danger" busy={send.isPending} onClick={() => send.mutate()}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <p>{t("text", { pod: pod.name })}</p>
      {last && <p>{shared("last")}</p>}
      {send.error && <Failure error={send.error} />}
    </Dialog>
  );
}
