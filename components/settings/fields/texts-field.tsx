"use client";

import type { ReactNode } from "react";
import { TextRows } from "../../fields/text-rows.tsx";
import { useProblemWords } from "../../fields/use-problem-words.ts";
import { type FieldProps, useField, useFields } from "../fields-context.ts";
import type { PathTo, SettingsForm } from "../typed-settings.ts";

type Props = FieldProps<PathTo<SettingsForm, string[]>> & { none?: ReactNode };

/** A list of texts. */
export function TextsField({ none, ...place }: Props) {
  const { value, set, shared, readOnly } = useField(place);
  const { problems } = useFields();
  const words = useProblemWords();
  return (
    <TextRows
      label={shared.label ?? shared["aria-label"] ?? ""}
      none={none}
      rows={Array.isArray(value) ? value.map(String) : []}
      onChange={set}
      errorOf={(index) => {
        const problem = problems[`${place.at}.${index}`];
        return problem && words(problem);
      }}
      readOnly={readOnly}
    />
  );
}
