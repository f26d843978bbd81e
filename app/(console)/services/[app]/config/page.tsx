import { notFound } from "next/navigation";
import { ConfigPage } from "#components/config/config-page";
import { serviceOf } from "../service-of.ts";

export default async function ServiceConfigPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <ConfigPage app={app} />;
}
