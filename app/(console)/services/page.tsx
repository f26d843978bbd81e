import { type Metadata } from "next";
import { cookies } from "next/headers";
import { ServicesPage } from "#components/services/services-page";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";
import { listApps } from "#lib/releases/queries";
import { readFilter, toListInput } from "../../../components/services/services-filter.ts";
import { TEAM_COOKIE } from "../../../components/shell/cookies.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("services.title") };
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function Services({ searchParams }: Props) {
  const actor = await requireActor("/services");
  const [query, jar] = await Promise.all([searchParams, cookies()]);
  const filter = readFilter(query, decodeURIComponent(jar.get(TEAM_COOKIE)?.value ?? "") || null);
  const result = await listApps(actor, toListInput(filter));
  return <ServicesPage first={{ filter, result, at: new Date().toISOString() }} />;
}
