"use client";

import { useTranslations } from "use-intl";
import { Rows } from "../../fields/rows.tsx";
import { ChoiceField } from "../fields/choice-field.tsx";
import { TextField } from "../fields/text-field.tsx";
import { useFields } from "../fields-context.ts";
import type { RulesProps } from "./rules-props.ts";

const HEADER_MATCHES = ["exact", "prefix", "regex"] as const;
const QUERY_MATCHES = ["exact", "regex"] as const;

/** Which headers and parameters of the address a request must have to be the route's. */
export function MatchFields({ row, traffic, set }: RulesProps) {
  const t = useTranslations("settings.traffic");
  const { readOnly, errorAt } = useFields();
  const at = `exposure.routes.${row}.traffic` as const;
  const options = (matches: readonly ("exact" | "prefix" | "regex")[]) =>
    matches.map((value) => ({ value, label: t(`match.${value}`) }));
  const shared = { readOnly, labelled: true, remove: ({ name }: { name: string }) => t("removeHeader", { name }) };
  return (
    <>
      <Rows
        {...shared}
        title={t("headers")}
        error={errorAt(`${at}.headers`)}
        rows={traffic.headers}
        onChange={(headers) => set({ ...traffic, headers })}
        blank={() => ({ name: "", match: "exact" as const, value: "" })}
        add={t("addHeader")}
      >
        {(_, header) => (
          <>
            <TextField at={`${at}.headers.${header}.name`} row={header} placeholder="x-canary" />
            <ChoiceField
              at={`${at}.headers.${header}.match`}
              name="operator"
              row={header}
              options={options(HEADER_MATCHES)}
            />
            <TextField at={`${at}.headers.${header}.value`} row={header} placeholder="yes" />
          </>
        )}
      </Rows>
      <Rows
        {...shared}
        title={t("query")}
        error={errorAt(`${at}.query`)}
        rows={traffic.query}
        onChange={(query) => set({ ...traffic, query })}
        blank={() => ({ name: "", match: "exact" as const, value: "" })}
        add={t("addParameter")}
      >
        {(_, parameter) => (
          <>
            <TextField at={`${at}.query.${parameter}.name`} row={parameter} placeholder="beta" />
            <ChoiceField
              at={`${at}.query.${parameter}.match`}
              name="operator"
              row={parameter}
              options={options(QUERY_MATCHES)}
            />
            <TextField at={`${at}.query.${parameter}.value`} row={parameter} placeholder="1" />
          </>
        )}
      </Rows>
    </>
  );
}
