import { notFound } from "next/navigation";
import { TerminalPage } from "#components/terminal/terminal-page";
import { serviceOf } from "../service-of.ts";

export default async function ServiceTerminalPage({ params }: { params: Promise<{ app: string }> }) {
  const app = await serviceOf((await params).app);
  if (app === null) notFound();
  return <TerminalPage app={app} />;
}
