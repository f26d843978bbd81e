import { type Handler, json, Refusal } from "./exchange.ts";

interface Route {
  method: string;
  expression: RegExp;
  names: string[];
  handler: Handler;
}

export interface Router {
  /**
   * Adds a route; the first that fits a request wins. In the pattern `:name` is one segment (or a part of one) and
   * `*name` is one or more segments, so "/v2/*name/manifests/:reference" and "/*project.git/info/refs" both work.
   * Method "*" fits any; a GET route answers HEAD too.
   */
  route(method: string, pattern: string, handler: Handler): void;
  match(method: string, path: string): { handler: Handler; params: Record<string, string> } | undefined;
}

export function createRouter(): Router {
  const routes: Route[] = [];
  const fits = (route: Route, method: string) =>
    route.method === "*" || route.method === method || (route.method === "GET" && method === "HEAD");
  return {
    route: (method, pattern, handler) => {
      routes.push({ method, ...compile(pattern), handler });
    },
    match: (method, path) => {
      for (const route of routes) {
        const found = fits(route, method) ? route.expression.exec(path) : null;
        if (!found) continue;
        const params = Object.fromEntries(route.names.map((name, i) => [name, decode(found[i + 1] ?? "")]));
        return { handler: route.handler, params };
      }
      return undefined;
    },
  };
}

function compile(pattern: string): { expression: RegExp; names: string[] } {
  const names: string[] = [];
  const source = pattern.replace(
    /([:*])([A-Za-z]+)|[.+?^${}()|[\]\\]/g,
    (token: string, sigil?: string, name?: string) => {
      if (!sigil || !name) return `\\${token}`;
      names.push(name);
      return sigil === ":" ? "([^/]+)" : "(.+)";
    },
  );
  return { expression: new RegExp(`^${source}$`), names };
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new Refusal(json(400, { error: "the path is not valid percent-encoding" }));
  }
}
