"use client";

import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { Plus, Search } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useMe } from "../shell/selection.tsx";
import { Button } from "../ui/button.tsx";
import { ChoiceChip } from "./choice-chip.tsx";
import classes from "./services.module.css";
import { HEALTHS, LANGUAGES, type ServicesFilter, SORTS } from "./services-filter.ts";

type Props = { filter: ServicesFilter; onChange: (part: Partial<ServicesFilter>) => void; total: number | undefined };

const TYPING_MS = 200;

/** Title with count, search (`/`), filters, sort, and the one primary action. */
export function ServicesTools({ filter, onChange, total }: Props) {
  const t = useTranslations("services");
  const states = useTranslations("states.health");
  const me = useMe();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(filter.q);
  const search = useDebouncedCallback((q: string) => onChange({ q }), TYPING_MS);
  useHotkeys([["/", () => input.current?.focus()]]);
  const mayCreate = me.isAdmin || me.memberships.some(({ role }) => role !== "viewer");
  return (
    <div className={classes.tools}>
      <h1>
        {t("title")}
        {total !== undefined && <span className={classes.count}>{t("count", { total })}</span>}
      </h1>
      <label className={classes.find}>
        <Search size={16} strokeWidth={1.5} aria-hidden="true" />
        <input
          ref={input}
          type="search"
          value={typed}
          placeholder={t("find")}
          aria-label={t("find")}
          aria-keyshortcuts="/"
          maxLength={80}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value);
          }}
          onKeyDown={(event) => event.key === "Escape" && input.current?.blur()}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <ChoiceChip
        label={t("filter.health")}
        value={filter.health}
        choices={HEALTHS.map((value) => ({ value, label: states(value) }))}
        onChange={(health) => onChange({ health })}
      />
      <ChoiceChip
        label={t("filter.language")}
        value={filter.language}
        choices={LANGUAGES.map((value) => ({ value, label: t(`language.${value}`) }))}
        onChange={(language) => onChange({ language })}
      />
      <span className={classes.space} />
      {mayCreate && (
        <Button look="plain" small href="/services/import">
          {t("import")}
        </Button>
      )}
      <Button look="plain" small href="/retirements">
        {t("retired")}
      </Button>
      <ChoiceChip
        label={t("sort.label")}
        value={filter.sort}
        choices={SORTS.map((value) => ({ value, label: t(`sort.${value}`) }))}
        onChange={(sort) => onChange({ sort: sort ?? "trouble" })}
        plain
      />
      <span className={classes.create}>
        <Button
          look="primary"
          small
          icon={<Plus size={16} strokeWidth={1.5} aria-hidden="true" />}
          {...(mayCreate ? { href: "/services/new" } : { why: t("mayNotCreate") })}
        >
          <span>{t("create")}</span>
        </Button>
      </span>
    </div>
  );
}
