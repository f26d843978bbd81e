import { type Reply } from "./exchange.ts";

/** Text that is HTML already; everything else is escaped when it is put into a template. */
export interface Markup {
  readonly markup: string;
}

export function html(parts: TemplateStringsArray, ...values: (string | Markup | Markup[])[]): Markup {
  const shown = values.map((value) => {
    if (typeof value === "string") return escapeHtml(value);
    return Array.isArray(value) ? value.map(({ markup }) => markup).join("\n") : value.markup;
  });
  return { markup: String.raw({ raw: parts }, ...shown) };
}

/** A page of one of the sandbox's systems; `whose` stands above its title. */
export function page(whose: string, status: number, title: string, body: Markup): Reply {
  const document = html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>
html { color-scheme: light dark; } select, table { max-width: 100%; }
body { font: 16px/1.6 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1c2330; }
pre, code { font: 14px/1.5 ui-monospace, monospace; background: #f3f4f7; overflow-x: auto; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .25rem 1rem .25rem 0; } label { display: inline-block; max-width: 100%; margin: 0 1rem .5rem 0; }
@media (prefers-color-scheme: dark) { body { color: #dfe3ea; background: #14181f; } pre, code { background: #222834; } a { color: #8ab4f8; } small { color: #99a3b3; } }
pre { padding: .75rem; } ul { padding-left: 1.2rem; } .row li { display: inline-block; margin-right: 1rem; } small { color: #5b6475; }
</style></head>
<body><p><small>${whose}</small></p><h1>${title}</h1>${body}</body>
</html>
`;
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body: document.markup };
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
