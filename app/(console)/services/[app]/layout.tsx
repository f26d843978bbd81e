import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { ServiceFrame } from "#components/service/service-frame";
import { requireActor } from "#lib/access/current-actor";
import { retirementOfGone } from "#lib/reports/page-queries";
import { serviceOf } from "./service-of.ts";

type Props = { params: Promise<{ app: string }>; children: ReactNode };

export async function generateMetadata({ params }: Pick<Props, "params">): Promise<Metadata> {
  return { title: decodeURIComponent((await params).app) };
}

export default async function ServiceLayout({ params, children }: Props) {
  const { app: name } = await params;
  const app = await serviceOf(name);
  if (app !== null) return <ServiceFrame initial={app}>{children}</ServiceFrame>;
  // Old links and reloads of a page that has gone lead to the proof that it has.
  const retirement = await retirementOfGone(await requireActor(`/services/${name}`), decodeURIComponent(name));
  if (retirement === null) notFound();
  redirect(`/retirements/${retirement}`);
}
