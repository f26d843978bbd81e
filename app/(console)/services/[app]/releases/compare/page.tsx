import { notFound } from "next/navigation";
import { CompareReleases } from "#components/releases/compare-releases";
import { serviceOf } from "../../service-of.ts";

type Props = { params: Promise<{ app: string }>; searchParams: Promise<{ of?: string }> };

export default async function ComparePage({ params, searchParams }: Props) {
  const app = await serviceOf((await params).app);
  const [first, second] = ((await searchParams).of ?? "").split(",");
  if (app === null || !first || !second) notFound();
  return <CompareReleases first={first} second={second} />;
}
