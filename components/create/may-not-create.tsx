"use client";

import { useTranslations } from "use-intl";
import { Forbidden } from "../ui/forbidden.tsx";

/** In place of the wizard for people who may create services in no team. */
export function MayNotCreate() {
  const t = useTranslations("create");
  return <Forbidden>{t("owner.noTeam")}</Forbidden>;
}
