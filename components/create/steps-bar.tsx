"use client";

import { Check } from "lucide-react";
import { useTranslations } from "use-intl";
import classes from "./wizard.module.css";
import type { WizardForm } from "./wizard-form.ts";

type Step = 1 | 2 | 3;

/** Where one is; each step can be reached at any time, and finished ones say what was chosen. */
export function StepsBar({ step, form, onStep }: { step: Step; form: WizardForm; onStep: (step: Step) => void }) {
  const t = useTranslations("create.steps");
  const steps: { n: Step; title: string; aside: string | undefined }[] = [
    { n: 1, title: t("basics"), aside: step > 1 ? form.project?.path : undefined },
    { n: 2, title: t("details"), aside: undefined },
    { n: 3, title: t("routes"), aside: form.exposed && form.port !== "" ? undefined : t("onlyIfExposed") },
  ];
  return (
    <ol className={classes.steps}>
      {steps.map(({ n, title, aside }) => (
        <li key={n} data-state={n < step ? "done" : undefined} aria-current={n === step ? "step" : undefined}>
          <button type="button" onClick={() => onStep(n)}>
            {n < step && <Check size={16} strokeWidth={1.5} aria-hidden />}
            <span>
              {n} {title}
            </span>
            {aside && <small>{aside}</small>}
          </button>
        </li>
      ))}
    </ol>
  );
}
