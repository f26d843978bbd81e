/** One element; `text` is its own character data, entities resolved. */
export type XmlElement = { name: string; attributes: Record<string, string>; children: XmlElement[]; text: string };

/** The document does not parse; the message is what Jenkins' answer carries. */
export class XmlError extends Error {}

const TOKEN =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/gy;

/** Reads what job configurations need: elements, attributes, text, CDATA; no DTD, so no entity of its own. */
export function parseXml(source: string): XmlElement {
  const root: XmlElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const match of source.trim().matchAll(TOKEN)) {
    at = match.index + match[0].length;
    const [, cdata, closing, opening, attributes = "", selfClosed, text] = match;
    const parent = open.at(-1) ?? root;
    if (cdata !== undefined) parent.text += cdata;
    else if (text !== undefined) parent.text += unescapeXml(text);
    else if (closing !== undefined) {
      if (open.length < 2 || open.pop()?.name !== closing) throw new XmlError(`unexpected end element </${closing}>`);
    } else if (opening !== undefined) {
      const element = { name: opening, attributes: readAttributes(attributes), children: [], text: "" };
      parent.children.push(element);
      if (selfClosed !== "/") open.push(element);
    }
  }
  const [document, ...others] = root.children;
  if (at !== source.trim().length || open.length !== 1 || document === undefined || others.length > 0) {
    throw new XmlError(`the document is not well-formed near offset ${at}`);
  }
  return document;
}

/** The first child of this name, or of the names along a path. */
export function child(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => at?.children.find((each) => each.name === name), element);
}

export const childText = (element: XmlElement | undefined, ...path: string[]): string =>
  child(element, ...path)?.text ?? "";

function readAttributes(source: string): Record<string, string> {
  const found = source.matchAll(/([\w.:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...found].map(([, name = "", double, single]) => [name, unescapeXml(double ?? single ?? "")]),
  );
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      return ENTITIES[name ?? ""] ?? whole;
    },
  );
}

export const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
