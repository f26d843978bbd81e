"use client";

import { Button, Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";

/** Asks once before what was typed is thrown away. */
export function DiscardDraft({ onDiscard }: { onDiscard: () => Promise<unknown> }) {
  const t = useTranslations("create");
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="top-start" width={280}>
      <Popover.Target>
        <Button variant="subtle" onClick={() => setOpened(!opened)}>
          {t("discard")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p>{t("discardConfirm")}</p>
        <Button variant="outline" color="red" onClick={() => void onDiscard()}>
          {t("discardYes")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
