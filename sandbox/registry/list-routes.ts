import { type Exchange, json, type Reply } from "../platform/exchange.ts";
import { type Router } from "../platform/router.ts";
import { type RegistryGround } from "./ground.ts";
import { checkName } from "./names.ts";
import { refusal } from "./refusals.ts";

/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags, and Distribution's own `_catalog`. */
export function addListRoutes(router: Router, { repositories }: RegistryGround): void {
  router.route("GET", "/v2/_catalog", async (exchange) => {
    const page = takePage(exchange, await repositories.repositories());
    return listing("/v2/_catalog", page, { repositories: page.items });
  });
  router.route("GET", "/v2/*name/tags/list", async (exchange) => {
    const name = checkName(exchange.param("name"));
    if (!(await repositories.exists(name)))
      throw refusal("NAME_UNKNOWN", "repository name not known to registry", { name });
    const tags = await repositories.tags(name);
    const page = takePage(exchange, tags);
    return listing(`/v2/${name}/tags/list`, page, { name, tags: tags.length === 0 ? null : page.items });
  });
}

type Page = { items: string[]; next: { n: number; last: string } | undefined };

function takePage(exchange: Exchange, all: string[]): Page {
  const text = exchange.query.get("n");
  const n = text === null ? all.length : Number(text);
  if (!Number.isInteger(n) || n < 0)
    throw refusal("PAGINATION_NUMBER_INVALID", "invalid number of results requested", { n: text });
  const last = exchange.query.get("last") ?? "";
  const rest = all.filter((item) => item > last);
  const items = rest.slice(0, n);
  const end = items.at(-1);
  return { items, next: end !== undefined && rest.length > n ? { n, last: end } : undefined };
}

function listing(path: string, { next }: Page, body: unknown): Reply {
  const link =
    next === undefined ? {} : { link: `<${path}?n=${next.n}&last=${encodeURIComponent(next.last)}>; rel="next"` };
  return json(200, body, link);
}
