import { notFound } from "next/navigation";
import { PinnedList } from "#components/logs/pinned-list";
import { serviceOf } from "../../service-of.ts";

export default async function PinnedLogsPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <PinnedList app={app} />;
}
