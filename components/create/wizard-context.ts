import type { EnvironmentView } from "#lib/clusters/schema";
import type { WizardErrors, WizardForm } from "./wizard-form.ts";

export type WizardTeam = { id: string; name: string };

/** What each step gets: the form, one way to change it, and what is wrong with it so far. */
export type StepProps = {
  form: WizardForm;
  change: (part: Partial<WizardForm>) => void;
  /** Only of fields that a person has left or tried to submit. */
  errors: WizardErrors;
  environment: EnvironmentView | undefined;
};
