"use client";

import { Modal } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import classes from "./floats.module.css";

type Props = {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Badges after the title: the environment, the kind. */
  badges?: ReactNode;
  /** Effect in words at the left, buttons at the right. */
  footer?: ReactNode;
  width?: number;
  children: ReactNode;
};

/** The one frame of every change: form, what will change, effect, confirm. Focus is kept inside and given back. */
export function Dialog({ opened, onClose, title, badges, footer, width = 640, children }: Props) {
  const t = useTranslations("ui");
  useFocusGivenBack(opened);
  return (
    <Modal.Root opened={opened} onClose={onClose} size={width}>
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Mantine's: its <header> would be a second banner of the page. */}
        <div className={classes.dialogHead}>
          <Modal.Title component="h2">{title}</Modal.Title>
          {badges}
          <Modal.CloseButton aria-label={t("close")} />
        </div>
        <Modal.Body>
          <div className={classes.dialogBody}>{children}</div>
          {footer !== undefined && <div className={classes.dialogFoot}>{footer}</div>}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Mantine gives focus back when `opened` becomes false; most of our dialogs end with what drew them. */
function useFocusGivenBack(opened: boolean): void {
  useEffect(() => {
    const opener = document.activeElement;
    if (!opened || !(opener instanceof HTMLElement)) return;
    return () => opener.focus({ preventScroll: true });
  }, [opened]);
}
