"use client";

import { useTranslations } from "use-intl";
import { useMe, useSelection } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { isFiltered, type ServicesFilter } from "./services-filter.ts";

type Props = { filter: ServicesFilter; onChange: (part: Partial<ServicesFilter>) => void };

/** No rows for one of three reasons, and each says its own: in no team, nothing fits the filter, nothing there yet. */
export function NoServices({ filter, onChange }: Props) {
  const t = useTranslations("services.empty");
  const me = useMe();
  const { team } = useSelection();
  if (!me.isAdmin && me.memberships.length === 0) return <Forbidden title={t("noTeam")}>{t("noTeamText")}</Forbidden>;
  if (isFiltered(filter)) {
    return (
      <Empty
        title={t("nothingFits")}
        action={
          <Button onClick={() => onChange({ q: "", health: undefined, language: undefined })}>{t("clear")}</Button>
        }
      >
        {t("nothingFitsText")}
      </Empty>
    );
  }
  return (
    <Empty
      title={team ? t("titleIn", { team: team.name }) : t("title")}
      action={<Button href="/services/new">{t("create")}</Button>}
    >
      {t("text")}
    </Empty>
  );
}
