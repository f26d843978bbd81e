import { notFound } from "next/navigation";
import { LogPage } from "#components/logs/log-page";
import { serviceOf } from "../service-of.ts";

export default async function LogsPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <LogPage app={app} />;
}
