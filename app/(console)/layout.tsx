import { cookies } from "next/headers";
import { type ReactNode } from "react";
import { AppShell } from "#components/shell/app-shell";
import { SelectionProvider } from "#components/shell/selection";
import { ToSignIn } from "#components/sign-in/to-sign-in";
import { currentActor } from "#lib/access/current-actor";
import { viewOf } from "#lib/access/queries";
import { frameOf } from "#lib/reports/queries";
import { ENVIRONMENT_COOKIE, RAIL_COOKIE, TEAM_COOKIE } from "../../components/shell/cookies.ts";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const actor = await currentActor();
  // A layout does not know its page's address, to which the sign-in should lead back; the browser does.
  if (actor === null) return <ToSignIn />;
  const [jar, { teams, environments, lastEventId }] = await Promise.all([cookies(), frameOf(actor)]);
  const chosen = (name: string): string | null => decodeURIComponent(jar.get(name)?.value ?? "") || null;
  const frame = {
    me: viewOf(actor),
    teams,
    environments,
    team: chosen(TEAM_COOKIE),
    environment: chosen(ENVIRONMENT_COOKIE),
  };
  return (
    <SelectionProvider frame={frame}>
      <AppShell collapsed={chosen(RAIL_COOKIE) === "collapsed"} lastEventId={lastEventId}>
        {children}
      </AppShell>
    </SelectionProvider>
  );
}
