"use client";

import { useTranslations } from "use-intl";
import { QuantityInput } from "../fields/quantity-input.tsx";
import { ReplicasInput } from "../fields/replicas-input.tsx";
import { SizeCards } from "../fields/size-cards.tsx";
import { useErrorWords } from "./use-error-words.ts";
import { useFormSize } from "./use-form-size.ts";
import classes from "./wizard.module.css";
import type { StepProps } from "./wizard-context.ts";

const MEBIBYTE = 1024 ** 2;

/** Presets, or free figures; and how many of that. */
export function SizeFields({ form, change, errors }: StepProps) {
  const t = useTranslations("fields.size");
  const words = useErrorWords(errors);
  const { total } = useFormSize(form);
  const free = useFormSize({ ...form, size: "free" }).one;
  const number = (value: string | number) => (typeof value === "number" ? value : ("" as const));
  const scaled = (value: number | "", factor: number) => (value === "" ? value : value * factor);
  return (
    <>
      <SizeCards value={form.size} onChange={(size) => change({ size })} free={free} />
      <div className={classes.fields}>
        <div>
          <ReplicasInput
            label={t("replicas")}
            value={form.replicas}
            onChange={(replicas) => change({ replicas })}
            error={words("replicas")}
            description={total ? t("total", total) : undefined}
          />
        </div>
        {form.size === "free" && (
          <div className={classes.fields}>
            <QuantityInput
              label={t("cpu")}
              kind="cpu"
              value={scaled(form.cpuCores, 1000)}
              onChange={(value) => change({ cpuCores: scaled(number(value), 1 / 1000) })}
              error={words("cpuCores")}
            />
            <QuantityInput
              label={t("memory")}
              kind="bytes"
              value={scaled(form.memoryMib, MEBIBYTE)}
              onChange={(value) => change({ memoryMib: scaled(number(value), 1 / MEBIBYTE) })}
              error={words("memoryMib")}
            />
          </div>
        )}
      </div>
    </>
  );
}
