import { type Metadata } from "next";
import { RetirementsPage } from "#components/retire/retirements-page";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";
import { listRetirements } from "#lib/retire/queries";
import { listRetirementsInput } from "#lib/retire/schema";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("retire.list.title") };
}

export default async function Retirements() {
  const actor = await requireActor("/retirements");
  return <RetirementsPage initial={await listRetirements(actor, listRetirementsInput.parse({}))} />;
}
