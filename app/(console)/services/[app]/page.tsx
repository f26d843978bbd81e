import { notFound } from "next/navigation";
import { ServiceOverview } from "#components/service/service-overview";
import { serviceOf } from "./service-of.ts";

export default async function ServicePage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <ServiceOverview initial={app} />;
}
