import type { Metadata } from "next";
import { CreateWizard, type WizardStep } from "#components/create/create-wizard";
import { MayNotCreate } from "#components/create/may-not-create";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";
import { createPage } from "#lib/reports/page-queries";

type Props = { searchParams: Promise<{ draft?: string; step?: string }> };

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("create.title") };
}

export default async function NewServicePage({ searchParams }: Props) {
  const query = await searchParams;
  const actor = await requireActor("/services/new");
  const { teams, environments, draft } = await createPage(actor, query.draft);
  if (teams.length === 0 || environments.length === 0) return <MayNotCreate />;
  return (
    <CreateWizard teams={teams} environments={environments} draft={draft} step={stepOf(query.step ?? draft?.step)} />
  );
}

function stepOf(wanted: string | number | undefined): WizardStep {
  const step = Number(wanted);
  return step === 2 || step === 3 ? step : 1;
}
