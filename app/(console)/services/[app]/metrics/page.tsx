import { notFound } from "next/navigation";
import { MetricsPage } from "#components/metrics/metrics-page";
import { serviceOf } from "../service-of.ts";

export default async function ServiceMetricsPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <MetricsPage app={app} />;
}
