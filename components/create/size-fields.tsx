"use client";

import { NumberInput } from "@mantine/core";
import { useTranslations } from "use-intl";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { ChoiceCards } from "./choice-cards.tsx";
import { useErrorWords } from "./use-error-words.ts";
import { useSizeWords } from "./use-size-words.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";
import { SIZES } from "./wizard-form.ts";

/** Presets, or free figures; and how many of that. */
export function SizeFields({ form, change, errors }: StepProps) {
  const t = useTranslations("create.size");
  const words = useErrorWords(errors);
  const size = useSizeWords();
  const total = size.total(form);
  const number = (value: string | number) => (typeof value === "number" ? value : ("" as const));
  return (
    <>
      <ChoiceCards
        label={t("title")}
        value={form.size}
        onChange={(value) => change({ size: value })}
        choices={SIZES.map((value) => ({
          value,
          title: t(value),
          hint: value === "free" ? t("figures", size.ofTyped(form)) : t("figures", size.of(RESOURCE_PRESETS[value])),
        }))}
      />
      <div className={classes.fields}>
        <div>
          <NumberInput
            label={t("replicas")}
            value={form.replicas}
            onChange={(value) => change({ replicas: number(value) })}
            min={0}
            max={500}
            allowDecimal={false}
            allowNegative={false}
            error={words("replicas")}
            description={total ? t("total", total) : undefined}
            inputWrapperOrder={["label", "input", "description", "error"]}
          />
        </div>
        {form.size === "free" && (
          <div className={classes.fields}>
            <NumberInput
              label={t("cpu")}
              rightSection={t("cpuUnit")}
              rightSectionWidth={56}
              value={form.cpuCores}
              onChange={(value) => change({ cpuCores: number(value) })}
              min={0.01}
              max={64}
              step={0.25}
              decimalScale={3}
              hideControls
              error={words("cpuCores")}
            />
            <NumberInput
              label={t("memory")}
              rightSection={t("memoryUnit")}
              rightSectionWidth={40}
              value={form.memoryMib}
              onChange={(value) => change({ memoryMib: number(value) })}
              min={16}
              max={524_288}
              step={64}
              allowDecimal={false}
              hideControls
              error={words("memoryMib")}
            />
          </div>
        )}
      </div>
    </>
  );
}
