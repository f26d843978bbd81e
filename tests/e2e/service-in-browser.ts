import { z } from "zod";
import { type Kubernetes } from "#lib/clients/kubernetes/client";
import { KINDS } from "#lib/clients/kubernetes/kinds";
import { type Person } from "#tests/world/person";
import { waitFor } from "#tests/world/wait-for";

/** What a service has in the cluster itself, as kubectl would say. */
export function inCluster(kubernetes: () => Kubernetes, app: string) {
  /** Names of the pods that are not on their way out. */
  const pods = async (environment = "dev"): Promise<string[]> => {
    const labelSelector = `app.kubernetes.io/name=${app}`;
    const { items } = await kubernetes().list(KINDS.pod, `kepler-${environment}`, { labelSelector });
    const staying = items.filter(({ metadata }) => !metadata.deletionTimestamp);
    return staying.map(({ metadata }) => metadata.name).sort();
  };
  return {
    pods,
    podsBecome: (count: number) => waitFor(`${count} pods`, async () => (await pods()).length === count, 60_000),
    deployment: () => kubernetes().get({ ...KINDS.deployment, namespace: "kepler-dev", name: app }),
  };
}

const row = z.record(z.string(), z.unknown());

/** What a person does on a service's page, each click by the name that it is read aloud with. */
export function onPage(person: () => Person, app: string) {
  const getByRole = (...wanted: Parameters<Person["page"]["getByRole"]>) => person().page.getByRole(...wanted);
  const dialog = () => getByRole("dialog");
  return {
    dialog,
    openVerb: async (name: string) => {
      await getByRole("button", { name: "More actions" }).click();
      await getByRole("menuitem", { name }).click();
    },
    view: (name: string) =>
      getByRole("navigation", { name: "Views of this service" }).getByRole("link", { name, exact: true }).click(),
    confirm: () =>
      dialog()
        .getByRole("button", { name: /^Release as #/ })
        .click(),
    verifiedAndClosed: async () => {
      await dialog().getByText("What runs has been verified.").waitFor({ timeout: 60_000 });
      await dialog().getByRole("button", { name: "Close" }).last().click();
    },
    /** The newest build or release there, as the API says. */
    newest: async (what: "builds" | "releases") => {
      const path = `/api/apps/${app}/${what}?environment=dev`;
      const said: unknown = await person().page.evaluate(async (url) => (await fetch(url)).json(), path);
      return z.object({ rows: z.array(row).min(1) }).parse(said).rows[0] ?? {};
    },
  };
}
