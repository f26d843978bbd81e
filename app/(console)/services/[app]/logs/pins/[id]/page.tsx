import { notFound } from "next/navigation";
import { PinnedPage } from "#components/logs/pinned-page";
import { serviceOf } from "../../../service-of.ts";

export default async function PinnedLogPage({ params }: { params: Promise<{ app: string; id: string }> }) {
  const { app: name, id } = await params;
  const app = await serviceOf(name);
  if (app === null) notFound();
  return <PinnedPage app={app} id={id} />;
}
