import { type Metadata } from "next";
import { ImportPage } from "#components/imports/import-page";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("imports.title") };
}

export default async function Import() {
  await requireActor("/services/import");
  return <ImportPage />;
}
