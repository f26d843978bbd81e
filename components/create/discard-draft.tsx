"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Asks once before what was typed is thrown away. */
export function DiscardDraft({ onDiscard }: { onDiscard: () => Promise<unknown> }) {
  const t = useTranslations("create");
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button look="plain" onClick={() => setOpened(true)}>
        {t("discard")}
      </Button>
      <Dialog
        opened={opened}
        onClose={() => setOpened(false)}
        title={t("discardTitle")}
        width={420}
        footer={
          <>
            <Button onClick={() => setOpened(false)}>{t("discardNo")}</Button>
            <Button look="danger" onClick={() => void onDiscard()}>
              {t("discardYes")}
            </Button>
          </>
        }
      >
        <p>{t("discardConfirm")}</p>
      </Dialog>
    </>
  );
}
