import { randomUUID } from "node:crypto";
import { type Page } from "playwright-core";

/** Releases a service in dev with its first route at each of these hosts, without a form's clicks; answers once it is done. */
export async function exposeByApi(page: Page, app: string, hosts: string[]): Promise<void> {
  const wanted = { app, hosts, idempotencyKey: randomUUID() };
  await page.evaluate(async ({ app: name, hosts: at, idempotencyKey }) => {
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(path, init);
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    };
    const place = `/api/apps/${name}`;
    const { settings, release } = await ask(`${place}/settings?environment=dev`);
    const [environment] = (await ask("/api/environments")).rows;
    const [route] = settings.exposure.routes;
    const exposure = { ...settings.exposure, routes: at.map((host) => ({ ...route, host })) };
    const { releaseId } = await ask(`${place}/releases`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...{ environmentId: environment.id, kind: "configure", buildId: null, restoresNumber: null, reason: null },
        ...{ settings: { ...settings, exposure }, expectedCurrent: release.number, idempotencyKey },
      }),
    });
    for (;;) {
      const { state, error } = await ask(`/api/releases/${releaseId}`);
      if (state === "done") return;
      if (error) throw new Error(JSON.stringify(error));
      await new Promise((again) => setTimeout(again, 250));
    }
  }, wanted);
}
