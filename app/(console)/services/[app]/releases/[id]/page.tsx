import { notFound } from "next/navigation";
import { ReleasePage } from "#components/releases/release-page";
import { serviceOf } from "../../service-of.ts";

export default async function OneReleasePage({ params }: { params: Promise<{ app: string; id: string }> }) {
  const { app: name, id } = await params;
  const app = await serviceOf(name);
  if (app === null) notFound();
  return <ReleasePage app={app} id={id} />;
}
