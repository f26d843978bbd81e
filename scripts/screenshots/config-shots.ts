import { type Page } from "playwright-core";
import { listConfigResult, saveConfigResult } from "#lib/config/schema";
import { type Session } from "../bench/session.ts";
import { type Shot, type Words } from "./shot.ts";

/** A set of each kind for a service, the plain one in two versions; nothing where there are some. */
export async function saveSets(
  session: Session,
  app: string,
  environment: { id: string; name: string },
): Promise<void> {
  const path = `/api/apps/${app}/config`;
  const { rows } = await session.get(`${path}?environment=${environment.name}`, listConfigResult);
  if (rows.length > 0) return;
  const save = (kind: string, name: string, expectedVersion: number, data: Record<string, string>) => {
    const entries = Object.entries(data).map(([key, value]) => ({ key, value }));
    const reason = expectedVersion === 0 ? null : "Less to read in the logs before the holidays";
    const input = { environmentId: environment.id, kind, name, expectedVersion, entries, reason };
    return session.post(path, input, saveConfigResult);
  };
  const nginx = "server {\n  listen 8080;\n  location / {\n    return 200 'hello';\n  }\n}\n";
  await save("config", "web", 0, { LOG_LEVEL: "debug", "nginx.conf": nginx });
  await save("config", "web", 1, {
    LOG_LEVEL: "warn",
    "nginx.conf": nginx.replace("hello", "你好，世界"),
    REGION: "asia",
  });
  await save("secret", "payment-channel-credentials", 0, { password: "not-in-any-picture" });
}

/** The Config tab with sets and without, and its editor. */
export function configShots(stage: { running: string; brokenBuild: string }): Shot[] {
  const path = `/services/${stage.running}/config`;
  return [
    { name: "config", path: `${path}?set=config/web`, prepare: loaded },
    { name: "config-none", path: `/services/${stage.brokenBuild}/config` },
    { name: "config-viewer", path: `${path}?set=config/web`, prepare: loaded, as: "omar" },
    { name: "dialog-config-new", path, prepare: (page, words) => press(page, words("config.add")) },
    { name: "dialog-config-edit", path: `${path}?set=config/web`, prepare: edit },
  ];
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const loaded = (page: Page) => page.getByText("LOG_LEVEL").first().waitFor();

async function edit(page: Page, words: Words): Promise<void> {
  await loaded(page);
  await press(page, words("config.edit"));
  await page.getByRole("dialog").getByRole("textbox").first().waitFor();
}
