import { expect } from "vitest";
import { type AppSettings } from "#lib/apps/spec-schema";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { recordObserved, seeRow } from "#lib/clusters/record-observed";
import { saveConfig } from "#lib/config/save-config";
import { type ShownEntry } from "#lib/config/schema";
import { type ReleaseWorld, SETTINGS } from "../releases/release-world.ts";

type App = { id: string; name: string; userId: string };
type Kind = "config" | "secret";

export const PASSWORD = "correct-horse-battery-staple";
export const NEXT_PASSWORD = "another-horse-another-staple";
export const WEB = ["config", "web"] as const;
export const DB = ["secret", "db"] as const;

/** The program shows what reached it: a variable of each kind, and a file. */
export const SHOWING = [
  "node",
  "-e",
  `const fs=require("fs");require("http").createServer((q,s)=>s.end([process.env.LEVEL,process.env.DB_PASSWORD,` +
    `fs.readFileSync("/etc/web/motd","utf8")].join("|"))).listen(8080)`,
];
export const using = (web: number, db: number): AppSettings["config"] => [
  { use: "variables", kind: "config", name: "web", version: web, prefix: "" },
  { use: "files", kind: "config", name: "web", version: web, mountPath: "/etc/web", key: null },
  { use: "variable", kind: "secret", name: "db", version: db, key: "password", variable: "DB_PASSWORD" },
];
export const settings = (web: number, db: number): AppSettings => ({
  ...SETTINGS,
  replicas: 1,
  config: using(web, db),
});

/** What people and pods do with configuration, on the ground of a world of releases. */
export function configOn(ground: ReleaseWorld) {
  const { db } = ground.deps;

  /** Saves what a person would send after they saw version `expectedVersion`. */
  const save = (
    app: App,
    [kind, name]: readonly [Kind, string],
    expectedVersion: number,
    data: Record<string, string | null>,
  ) => {
    const entries = Object.entries(data).map(([key, value]): ShownEntry => ({ key, value }));
    const place = { environmentId: ground.environmentId, kind, name };
    return saveConfig(app.id, app.userId, { ...place, expectedVersion, entries, reason: null }, ground.deps);
  };

  const objectNames = async (app: App, kind: typeof KINDS.configMap | typeof KINDS.secret) => {
    const labelSelector = `kepler.dev/app=${app.id}`;
    const { items } = await ground.kubernetes.list(kind, "kepler-dev", { labelSelector });
    return items.map(({ metadata }) => metadata.name).sort();
  };

  /** The pods as the watch would write them down. */
  async function observePods(): Promise<void> {
    const { items } = await ground.kubernetes.list(KINDS.pod, "kepler-dev");
    const { clusterId } = await db.environment.findUniqueOrThrow({ where: { id: ground.environmentId } });
    const heard = new Map(
      items.flatMap((pod) => {
        const seen = seeRow.pods(pod);
        return seen ? [[seen.key, seen.row] as const] : [];
      }),
    );
    await recordObserved(db, "pods", clusterId, heard, { now: new Date() });
  }

  async function answerOf(app: App): Promise<string> {
    const labelSelector = `kepler.dev/app=${app.id}`;
    const { items } = await ground.kubernetes.list(KINDS.pod, "kepler-dev", { labelSelector });
    const pod = items.find(({ metadata }) => !metadata.deletionTimestamp);
    const { podIP } = Object(pod?.status) as { podIP: string };
    return (await fetch(`http://${podIP}:8080/`)).text();
  }

  const release = async (app: App, intent: Parameters<typeof ground.request>[1]) => {
    const view = await ground.drive(await ground.request(app, intent));
    expect(view, JSON.stringify([view.error, view.steps])).toMatchObject({ state: "done" });
    return view;
  };

  /** Both sets in two versions, and a program that shows them. */
  async function configured() {
    const app = await ground.createApp();
    const build = await ground.createBuild(app, SHOWING);
    await save(app, WEB, 0, { LEVEL: "info", motd: "Good morning" });
    await save(app, WEB, 1, { LEVEL: "debug", motd: "Good evening\nand good night" });
    await save(app, DB, 0, { password: PASSWORD, user: "shop" });
    await save(app, DB, 1, { password: NEXT_PASSWORD, user: null });
    return { app, build };
  }

  return { save, objectNames, observePods, answerOf, release, configured };
}
