import { notFound } from "next/navigation";
import { RetirementPage } from "#components/retire/retirement-page";
import { requireActor } from "#lib/access/current-actor";
import { retirementPage } from "#lib/reports/page-queries";

export default async function OneRetirementPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const retirement = await retirementPage(await requireActor(`/retirements/${id}`), id);
  if (retirement === null) notFound();
  return <RetirementPage initial={retirement} key={retirement.id} />;
}
