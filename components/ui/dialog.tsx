"use client";

import { Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { useFirstFocus, useFocusGivenBack } from "./dialog-focus.ts";
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

/** The one frame of every change: form, what will change, effect, confirm. Focus begins at what is asked for, is kept inside and given back. */
export function Dialog({ opened, onClose, title, badges, footer, width = 640, children }: Props) {
  const t = useTranslations("ui");
  const [body, setBody] = useState<HTMLElement | null>(null);
  useFocusGivenBack(opened);
  useFirstFocus(body);
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
        <Modal.Body ref={setBody}>
          <div className={classes.dialogBody}>{children}</div>
          {footer !== undefined && (
            <div className={classes.dialogFoot} data-foot>
              {footer}
            </div>
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
