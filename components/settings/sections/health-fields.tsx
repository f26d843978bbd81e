"use client";

import { ProbeFields } from "../probe-fields.tsx";

/** Three questions to a container: has it started, may it take traffic, does it still live. */
export function HealthFields() {
  return (
    <>
      <ProbeFields role="startupProbe" />
      <ProbeFields role="readinessProbe" />
      <ProbeFields role="livenessProbe" />
    </>
  );
}
