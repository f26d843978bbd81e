"use client";

import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { PodView } from "#lib/clusters/schema";
import { sendJson } from "../shell/api.ts";
import { Failure } from "../shell/failure.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

type Props = {
  app: string;
  environmentId: string;
  pod: PodView;
  /** No other pod is ready. */
  last: boolean;
  onClose: () => void;
};

/** Asks before a pod is deleted: what is lost with it, and whether anything answers meanwhile. */
export function DeletePod({ app, environmentId, pod, last, onClose }: Props) {
  const t = useTranslations("control.deletePod");
  const releases = useTranslations("releases");
  const remove = useMutation({
    mutationFn: () => sendJson("POST", `/api/apps/${app}/pods/${pod.uid}/delete`, { environmentId }, null),
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
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t("confirm")}
          </Button>
        </>
      }
    >
      <p>{t("text", { pod: pod.name })}</p>
      {last && <p>{t("last")}</p>}
      {remove.error && <Failure error={remove.error} />}
    </Dialog>
  );
}
