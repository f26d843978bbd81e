import { notFound } from "next/navigation";
import { BuildPage } from "#components/builds/build-page";
import { requireActor } from "#lib/access/current-actor";
import { allows } from "#lib/access/rules";
import { buildPage } from "#lib/reports/page-queries";
import { serviceOf } from "../../service-of.ts";

type Props = { params: Promise<{ app: string; id: string }> };

export default async function OneBuildPage({ params }: Props) {
  const { app: name, id } = await params;
  const actor = await requireActor(`/services/${name}/builds/${id}`);
  const [app, build] = await Promise.all([serviceOf(name), buildPage(actor, id)]);
  if (app === null || build === null || build.appId !== app.id) notFound();
  return <BuildPage app={app} initial={build} mayCancel={allows(actor, "build.cancel", app.teamId)} />;
}
