"use client";

import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import classes from "./phone-menu.module.css";
import { Rail } from "./rail.tsx";

/** The rail on a phone: over the page, with focus kept inside by the browser's own modal dialog. */
export function PhoneMenu({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations("shell");
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (opened) dialog.current?.showModal();
    else dialog.current?.close();
  }, [opened]);
  return (
    <dialog
      ref={dialog}
      className={classes.menu}
      aria-label={t("menu")}
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      {opened && <Rail collapsed={false} />}
    </dialog>
  );
}
