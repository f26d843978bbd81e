"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import type { RulesProps } from "./rules-props.ts";

/** Which headers and parameters of the address a request must have to be the route's. */
export function MatchFields({ row, traffic, set }: RulesProps) {
  const t = useTranslations("settings.traffic");
  const { readOnly, errorAt } = useFields();
  const at = `exposure.routes.${row}.traffic` as const;
  const shared = {
    ...{ readOnly, labelled: true, blank: () => ({ name: "", match: "exact" as const, value: "" }) },
    remove: ({ name }: { name: string }) => t("removeHeader", { name }),
  };
  return (
    <>
      <Rows
        {...shared}
        title={t("headers")}
        error={errorAt(`${at}.headers`)}
        rows={traffic.headers}
        onChange={(headers) => set({ ...traffic, headers })}
        add={t("addHeader")}
      >
        {(_, i) => (
          <Match at={`${at}.headers.${i}`} row={i} matches={["exact", "prefix", "regex"]} like="x-canary=yes" />
        )}
      </Rows>
      <Rows
        {...shared}
        title={t("query")}
        error={errorAt(`${at}.query`)}
        rows={traffic.query}
        onChange={(query) => set({ ...traffic, query })}
        add={t("addParameter")}
      >
        {(_, i) => <Match at={`${at}.query.${i}`} row={i} matches={["exact", "regex"]} like="beta=1" />}
      </Rows>
    </>
  );
}

type MatchProps = {
  at: `exposure.routes.${number}.traffic.${"headers" | "query"}.${number}`;
  row: number;
  matches: readonly ("exact" | "prefix" | "regex")[];
  /** An example, "name=value". */
  like: string;
};

function Match({ at, row, matches, like }: MatchProps) {
  const t = useTranslations("settings.traffic");
  const [name, value] = like.split("=");
  return (
    <>
      <TextField at={`${at}.name`} row={row} placeholder={name} />
      <ChoiceField
        at={`${at}.match`}
        name="operator"
        row={row}
        options={matches.map((match) => ({ value: match, label: t(`match.${match}`) }))}
      />
      <TextField at={`${at}.value`} row={row} placeholder={value} />
    </>
  );
}
