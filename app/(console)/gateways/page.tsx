import { type Metadata } from "next";
import { cookies } from "next/headers";
import { GatewaysPage } from "#components/gateways/gateways-page";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";
import { listEnvironments } from "#lib/clusters/queries";
import { getGateways, reachOf } from "#lib/releases/gateway/queries";
import { readRoutesFilter } from "../../../components/gateways/routes-filter.ts";
import { ENVIRONMENT_COOKIE } from "../../../components/shell/cookies.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("gateways.title") };
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function Gateways({ searchParams }: Props) {
  const actor = await requireActor("/gateways");
  const [query, jar, environments] = await Promise.all([searchParams, cookies(), listEnvironments()]);
  const named = (name: unknown) => environments.find((each) => each.name === name);
  const chosen = decodeURIComponent(jar.get(ENVIRONMENT_COOKIE)?.value ?? "");
  const environment = named(query.environment) ?? named(chosen) ?? environments[0];
  if (!environment) return <GatewaysPage first={null} />;
  const filter = readRoutesFilter(query);
  const view = await getGateways(reachOf(actor), { id: environment.id, ...filter });
  return <GatewaysPage first={{ environmentId: environment.id, filter, view, at: new Date().toISOString() }} />;
}
