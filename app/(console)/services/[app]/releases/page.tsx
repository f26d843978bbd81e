import { notFound } from "next/navigation";
import { ReleaseList } from "#components/releases/release-list";
import { serviceOf } from "../service-of.ts";

export default async function ReleasesPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <ReleaseList app={app} />;
}
