import { notFound } from "next/navigation";
import { ReplayPage } from "#components/terminal/replay-page";
import { serviceOf } from "../../service-of.ts";

export default async function TerminalReplayPage({ params }: { params: Promise<{ app: string; id: string }> }) {
  const { app: name, id } = await params;
  const app = await serviceOf(name);
  if (app === null) notFound();
  return <ReplayPage app={app} id={id} />;
}
