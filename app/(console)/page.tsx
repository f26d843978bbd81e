import { type Metadata } from "next";
import { cookies } from "next/headers";
import { OverviewPage } from "#components/overview/overview-page";
import { requestTranslator } from "#components/shell/request-intl";
import { requireActor } from "#lib/access/current-actor";
import { overviewFor } from "#lib/reports/queries";
import { TEAM_COOKIE } from "../../components/shell/cookies.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("overview.title") };
}

export default async function Overview() {
  const [actor, jar] = await Promise.all([requireActor("/"), cookies()]);
  const team = decodeURIComponent(jar.get(TEAM_COOKIE)?.value ?? "") || undefined;
  const view = await overviewFor(actor, { team, whose: "teams" });
  return <OverviewPage first={{ team: team ?? null, view, at: new Date().toISOString() }} />;
}
