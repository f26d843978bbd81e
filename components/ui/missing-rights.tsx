"use client";

import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { MissingRightView } from "#lib/clusters/schema";
import { Message } from "./message.tsx";

type Props = {
  /** Which cluster, where that is not plain from the place. */
  cluster?: string;
  rights: readonly MissingRightView[];
  /** What it means for what is shown here. */
  children?: ReactNode;
};

/** A cluster that answers and does not let Kepler's account look: exactly which rights it lacks, and what gives them. */
export function MissingRights({ cluster, rights, children }: Props) {
  const t = useTranslations("ui.missingRights");
  const format = useFormatter();
  const sentence = ({ verbs, resource, namespace }: MissingRightView) => {
    const what = { verbs: format.list(verbs), resource };
    return namespace === null ? t("anywhere", what) : t("within", { ...what, namespace });
  };
  return (
    <Message state="lock" title={cluster === undefined ? t("here") : t("cluster", { name: cluster })}>
      {rights.map(sentence).join(" ")} {children} {t.rich("grant", { file: (text) => <code>{text}</code> })}
    </Message>
  );
}
