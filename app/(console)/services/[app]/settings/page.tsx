import { notFound } from "next/navigation";
import { SettingsPage } from "#components/settings/settings-page";
import { serviceOf } from "../service-of.ts";

export default async function ServiceSettingsPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <SettingsPage app={app} />;
}
