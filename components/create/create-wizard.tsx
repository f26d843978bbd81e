"use client";

import { useMutation } from "@tanstack/react-query";
import { ChevronLeft } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "#components/ui/button";
import { Message } from "#components/ui/message";
import { PageHead } from "#components/ui/page-head";
import { type AppDraftView, type CreateAppInput, createAppResult } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { sendJson } from "../shell/api.ts";
import { useErrorText } from "../shell/use-error-text.ts";
import { DiscardDraft } from "./discard-draft.tsx";
import { DraftNote } from "./draft-note.tsx";
import { StepBasics } from "./step-basics.tsx";
import { StepDetails } from "./step-details.tsx";
import { StepRoutes } from "./step-routes.tsx";
import { StepsBar } from "./steps-bar.tsx";
import { Summary } from "./summary.tsx";
import { useDockerfileCheck } from "./use-checks.ts";
import { useDraft } from "./use-draft.ts";
import { useProposals } from "./use-proposals.ts";
import classes from "./wizard.module.css";
import type { WizardTeam } from "./wizard-context.ts";
import {
  emptyForm,
  STEP_FIELDS,
  stepOf,
  toCreateInput,
  type WizardErrors,
  type WizardField,
  type WizardForm,
  wizardForm,
} from "./wizard-form.ts";

export type WizardStep = 1 | 2 | 3;
type Props = { teams: WizardTeam[]; environments: EnvironmentView[]; draft: AppDraftView | null; step: WizardStep };

/** Three steps from a repository to a running service; the form is saved as a draft on its own, and going back loses nothing. */
export function CreateWizard({ teams, environments, draft, step: firstStep }: Props) {
  const t = useTranslations("create");
  const errorText = useErrorText();
  const router = useRouter();
  const [step, setStep] = useState<WizardStep>(firstStep);
  const [form, setForm] = useState<WizardForm>(() => startingForm(draft, teams, environments));
  const [seen, setSeen] = useState<ReadonlySet<WizardField>>(new Set());
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const environment = environments.find((candidate) => candidate.id === form.environmentId);
  const change = useCallback((part: Partial<WizardForm>) => setForm((now) => ({ ...now, ...part })), []);
  const onCreated = useCallback((id: string) => replaceQuery({ draft: id }), []);
  const saved = useDraft(form, step, draft, onCreated);
  const dockerfile = useDockerfileCheck(form.project?.id, form.ref?.name, form.dockerfilePath);
  useProposals(form, change, dockerfile.data);

  const outcome = toCreateInput(form, {
    domain: environment?.domain ?? "",
    domains: environment?.domains ?? [],
    draftId: saved.id,
    idempotencyKey,
  });
  const missing = dockerfile.data?.found === false && dockerfile.data.path === form.dockerfilePath;
  const errors: WizardErrors = { ...outcome.errors, ...(missing ? { dockerfilePath: "path.missing" } : {}) };
  const visible: WizardErrors = Object.fromEntries(
    Object.entries(errors).filter(([field]) => seen.has(field as WizardField)),
  );

  const create = useMutation({
    mutationFn: (input: CreateAppInput) => sendJson("POST", "/api/apps", input, createAppResult),
    onMutate: () => saved.hold(true),
    onError: () => saved.hold(false),
    onSuccess: ({ name }) => router.push(`/services/${name}?created=1`),
  });

  const go = (next: WizardStep) => {
    setStep(next);
    replaceQuery({ step: String(next) });
  };
  useEffect(() => {
    // No return: newer browsers answer scrollTo with a promise, which is no clean-up.
    window.scrollTo(0, 0);
  }, [step]);

  /** Shows what is wrong on the steps so far; true when nothing is. */
  const complete = (upTo: WizardStep): boolean => {
    const fields = ([1, 2, 3] as const).filter((n) => n <= upTo).flatMap((n) => STEP_FIELDS[n]);
    setSeen((before) => new Set([...before, ...fields]));
    const first = fields.find((field) => errors[field] !== undefined);
    if (first === undefined) return true;
    go(stepOf(first));
    return false;
  };
  const advance = () => {
    if (!complete(step)) return;
    if (step === 3) {
      if (outcome.input) create.mutate(outcome.input);
      return;
    }
    go(step === 1 ? 2 : 3);
  };

  const stepProps = { form, change, errors: visible, environment };
  return (
    <div className={classes.wizard}>
      <form
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          advance();
        }}
      >
        <PageHead
          crumbs={[{ href: "/services", label: t("services") }]}
          title={t("title")}
          actions={<DraftNote status={saved.status} />}
        />
        <StepsBar step={step} form={form} onStep={go} />
        {step === 1 && <StepBasics {...stepProps} teams={teams} environments={environments} />}
        {step === 2 && <StepDetails {...stepProps} dockerfile={dockerfile.data} />}
        {step === 3 && <StepRoutes {...stepProps} />}
        {create.error && <Message state="fail">{errorText(create.error)}</Message>}
        <div className={classes.foot}>
          <Button
            icon={<ChevronLeft size={16} strokeWidth={1.5} />}
            why={step === 1 ? t("firstStep") : undefined}
            onClick={() => go(step === 3 ? 2 : 1)}
          >
            {t("back")}
          </Button>
          <DiscardDraft onDiscard={() => saved.discard().then(() => router.push("/services"))} />
          <span className={classes.count} role="status">
            {Object.keys(visible).length > 0
              ? t("problems", { count: Object.keys(visible).length })
              : t("toFill", { count: STEP_FIELDS[step].filter((field) => errors[field]).length })}
          </span>
          <Button look="primary" type="submit" busy={create.isPending || create.isSuccess}>
            {step === 3 ? t("create") : t("next", { step: step === 1 ? t("steps.details") : t("steps.routes") })}
          </Button>
        </div>
      </form>
      <Summary form={form} team={teams.find((team) => team.id === form.teamId)?.name ?? ""} environment={environment} />
    </div>
  );
}

function startingForm(draft: AppDraftView | null, teams: WizardTeam[], environments: EnvironmentView[]): WizardForm {
  const form = draft ? wizardForm.parse(draft.body) : emptyForm();
  return {
    ...form,
    teamId: form.teamId || (teams[0]?.id ?? ""),
    environmentId: form.environmentId || (environments[0]?.id ?? ""),
  };
}

/** Keeps step and draft in the address without a navigation: reload and back find the same place. */
function replaceQuery(part: Record<string, string>): void {
  const url = new URL(window.location.href);
  for (const [key, value] of Object.entries(part)) url.searchParams.set(key, value);
  window.history.replaceState(window.history.state, "", url);
}
