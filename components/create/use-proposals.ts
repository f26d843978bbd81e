"use client";

import { useEffect } from "react";
import type { DockerfileCheck } from "#lib/apps/schema";
import type { WizardForm } from "./wizard-form.ts";

/** What the Dockerfile says becomes the proposal for language and port, until a person has chosen otherwise. */
export function useProposals(
  form: WizardForm,
  change: (part: Partial<WizardForm>) => void,
  dockerfile: DockerfileCheck | undefined,
): void {
  const { languageChosen, portTyped, language, port } = form;
  useEffect(() => {
    if (dockerfile === undefined) return;
    if (!languageChosen && dockerfile.language !== language) change({ language: dockerfile.language });
    const exposed = dockerfile.found ? dockerfile.exposedPorts[0] : undefined;
    if (!portTyped && exposed !== undefined && exposed !== port) change({ port: exposed });
  }, [dockerfile, languageChosen, portTyped, language, port, change]);
}
