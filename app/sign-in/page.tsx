import { type Metadata } from "next";
import { redirect } from "next/navigation";
import { requestTranslator } from "#components/shell/request-intl";
import { SignInForm } from "#components/sign-in/sign-in-form";
import { currentActor } from "#lib/access/current-actor";
import { innerPath } from "../../components/sign-in/inner-path.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await requestTranslator())("sign-in.title") };
}

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SignIn({ searchParams }: Props) {
  const [actor, { callbackUrl, error }] = await Promise.all([currentActor(), searchParams]);
  const goal = innerPath(callbackUrl);
  if (actor !== null) redirect(goal);
  return <SignInForm goal={goal} error={typeof error === "string" ? error : null} />;
}
