import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { ServiceFrame } from "#components/service/service-frame";
import { serviceOf } from "./service-of.ts";

type Props = { params: Promise<{ app: string }>; children: ReactNode };

export async function generateMetadata({ params }: Pick<Props, "params">): Promise<Metadata> {
  return { title: decodeURIComponent((await params).app) };
}

export default async function ServiceLayout({ params, children }: Props) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <ServiceFrame initial={app}>{children}</ServiceFrame>;
}
