"use client";

import { Popover } from "@mantine/core";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../ui/button.tsx";
import classes from "./wizard.module.css";

/** Asks once before what was typed is thrown away. */
export function DiscardDraft({ onDiscard }: { onDiscard: () => Promise<unknown> }) {
  const t = useTranslations("create");
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus position="top-start" width={280}>
      <Popover.Target>
        <span>
          <Button look="plain" onClick={() => setOpened(!opened)}>
            {t("discard")}
          </Button>
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.ask}>{t("discardConfirm")}</p>
        <Button look="danger" onClick={() => void onDiscard()}>
          {t("discardYes")}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
