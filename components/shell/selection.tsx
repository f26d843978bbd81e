"use client";

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from "react";
import type { MeView } from "#lib/access/me-schema";
import { allows, type Permission } from "#lib/access/rules";
import type { TeamView } from "#lib/apps/schema";
import type { EnvironmentView } from "#lib/clusters/schema";
import { ENVIRONMENT_COOKIE, TEAM_COOKIE } from "./cookies.ts";
import { setCookie } from "./set-cookie.ts";

type Frame = {
  me: MeView;
  teams: TeamView[];
  environments: EnvironmentView[];
  team: string | null;
  environment: string | null;
};
type Context = Frame & { choose: (part: { team?: string | null; environment?: string }) => void };
const LOOK_AGAIN_MS = 2_000;
const SelectionContext = createContext<Context | null>(null);

/** Who looks, and the team and environment they look at: remembered in cookies, overruled by the address. */
export function SelectionProvider({ frame, children }: { frame: Frame; children: ReactNode }) {
  const [chosen, setChosen] = useState({ team: frame.team, environment: frame.environment });
  const router = useRouter();
  const pathname = usePathname();
  // The worker makes the environments at its first start, and a person can be faster than it.
  const waiting = frame.environments.length === 0;
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => router.refresh(), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waiting, router]);
  const query = useSearchParams();

  const choose = useCallback<Context["choose"]>(
    (part) => {
      const address = new URLSearchParams(query);
      for (const [name, cookie] of [
        ["team", TEAM_COOKIE],
        ["environment", ENVIRONMENT_COOKIE],
      ] as const) {
        const value = part[name];
        if (value === undefined) continue;
        setCookie(cookie, value ?? "");
        if (address.has(name)) address.delete(name);
      }
      address.delete("page");
      setChosen((now) => ({ ...now, ...part }));
      if (address.toString() !== query.toString()) router.replace(`${pathname}?${address}`);
    },
    [pathname, query, router],
  );
  const team =
    known(
      query.get("team"),
      frame.teams.map(({ slug }) => slug),
    ) ?? chosen.team;
  const environment =
    known(
      query.get("environment"),
      frame.environments.map(({ name }) => name),
    ) ?? chosen.environment;
  return <SelectionContext value={{ ...frame, team, environment, choose }}>{children}</SelectionContext>;
}

const known = (wish: string | null, names: string[]): string | undefined => names.find((name) => name === wish);

function useFrame(): Context {
  const frame = useContext(SelectionContext);
  if (frame === null) throw new TypeError("Only inside the console's frame.");
  return frame;
}

/** The chosen team (null = all of mine) and environment (null = there is none yet), and how to change them. */
export function useSelection() {
  const { teams, environments, team, environment, choose } = useFrame();
  return {
    teams,
    environments,
    team: teams.find(({ slug }) => slug === team) ?? null,
    environment: environments.find(({ name }) => name === environment) ?? environments[0] ?? null,
    choose,
  };
}

export const useMe = (): MeView => useFrame().me;

/** May I? The same table as the server's. `teamId` = the owner of what is touched. */
export function useAllows(): (permission: Permission, teamId?: string) => boolean {
  const me = useMe();
  return (permission, teamId) => allows(me, permission, teamId);
}
