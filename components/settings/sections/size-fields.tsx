"use client";

import { useState } from "react";
import { isEqual } from "#lib/apps/merge-rules";
import { RESOURCE_PRESETS } from "#lib/apps/spec-schema";
import { SizeCards } from "../../fields/size-cards.tsx";
import { SIZES, type Size } from "../../fields/sizes.ts";
import { QuantityField } from "../fields/quantity-field.tsx";
import { useFields } from "../fields-context.ts";
import { PodUsage } from "../pod-usage.tsx";
import classes from "../settings.module.css";
import { useWantedField } from "../use-wanted-field.ts";

/** Presets, or request and limit of CPU and memory one by one. */
export function SizeFields() {
  const { form, change, app, environment, readOnly } = useFields();
  const preset = SIZES.find((size) => size !== "free" && isEqual(RESOURCE_PRESETS[size], form.resources)) ?? "free";
  // Who was led to one of the figures must see it, whatever the size is called.
  const [free, setFree] = useState(useWantedField()?.startsWith("resources.") === true || preset === "free");
  const choose = (size: Size) => {
    setFree(size === "free");
    if (size !== "free") change({ ...form, resources: { ...RESOURCE_PRESETS[size] } });
  };
  const shown = free ? "free" : preset;
  return (
    <>
      <SizeCards value={shown} onChange={choose} free={null} readOnly={readOnly} />
      {shown === "free" && (
        <div className={classes.grid}>
          <QuantityField at="resources.cpuRequestMillis" kind="cpu" />
          <QuantityField at="resources.cpuLimitMillis" kind="cpu" />
          <QuantityField at="resources.memoryRequestBytes" kind="bytes" />
          <QuantityField at="resources.memoryLimitBytes" kind="bytes" />
        </div>
      )}
      <PodUsage app={app} environment={environment} />
    </>
  );
}
