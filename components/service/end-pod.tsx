"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { podDeletionView } from "#lib/releases/pods/schema";
import { getJson, sendJson } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Message } from "../ui/message.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";

const LOOK_AGAIN_MS = 500;

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

/** Asks before a pod is ended: what is lost with it, and whether anything answers meanwhile. Stays until the cluster has answered. */
export function EndPod({ app, environmentId, pod, end, last, onClose }: Props) {
  const t = useTranslations(end === "evict" ? "control.evictPod" : "control.deletePod");
  const shared = useTranslations("control.deletePod");
  const releases = useTranslations("releases");
  const errorText = usePublicErrorText();
  const path = `/api/apps/${app}/pods/${pod.uid}`;
  const send = useMutation({ mutationFn: () => sendJson("POST", `${path}/${end}`, { environmentId }, null) });
  const answer = useQuery({
    queryKey: ["pod-deletion", pod.uid, send.submittedAt],
    queryFn: ({ signal }) => getJson(`${path}/delete`, podDeletionView, signal),
    enabled: send.isSuccess,
    refetchInterval: ({ state: { data } }) => (data?.ended ? false : LOOK_AGAIN_MS),
  });
  const isGone = answer.data?.ended === true && answer.data.error === null;
  useEffect(() => {
    if (isGone) onClose();
  }, [isGone, onClose]);
  const isWaiting = send.isPending || (send.isSuccess && answer.data?.ended !== true && !answer.error);
  return (
    <Dialog
      opened
      onClose={onClose}
      title={t("title")}
      width={480}
      footer={
        <>
          <Button onClick={onClose}>{releases("cancel")}</Button>
          <Button look="danger" busy={isWaiting} onClick={() => send.mutate()}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <p>{t("text", { pod: pod.name })}</p>
      {last && <p>{shared("last")}</p>}
      {answer.data?.error && (
        <Message state="fail" title={shared("refused")}>
          {errorText(answer.data.error)}
        </Message>
      )}
      {(send.error ?? answer.error) && <Failure error={send.error ?? answer.error} />}
    </Dialog>
  );
}
