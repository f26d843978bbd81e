import { notFound } from "next/navigation";
import { BuildList } from "#components/builds/build-list";
import { serviceOf } from "../service-of.ts";

export default async function BuildsPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <BuildList app={app.name} />;
}
