import "@xterm/xterm/css/xterm.css";
import type { SearchAddon } from "@xterm/addon-search";
import type { ITheme, Terminal } from "@xterm/xterm";

export type Screen = { terminal: Terminal; search: SearchAddon; fit(): void; dispose(): void };

/** A screen is dark in both of the console's themes unless a person wants paper. */
export const SCREEN_THEMES = ["night", "paper"] as const;
export type ScreenTheme = (typeof SCREEN_THEMES)[number];
const THEMES: Record<ScreenTheme, ITheme> = {
  night: {
    background: "#12131a",
    foreground: "#d6d6e0",
    cursor: "#d6d6e0",
    cursorAccent: "#12131a",
    selectionBackground: "#3d3874",
    black: "#343541",
    red: "#ff8e87",
    green: "#6fd3a0",
    yellow: "#eab458",
    blue: "#9d96f8",
    magenta: "#df86d8",
    cyan: "#4fc3cf",
    white: "#d6d6e0",
    brightBlack: "#8b8b9a",
  },
  paper: {
    background: "#ffffff",
    foreground: "#1b1b23",
    cursor: "#1b1b23",
    cursorAccent: "#ffffff",
    selectionBackground: "#cfccfa",
    black: "#1b1b23",
    red: "#b1231c",
    green: "#11703d",
    yellow: "#8a5200",
    blue: "#4a3ec4",
    magenta: "#8b2a86",
    cyan: "#0b6e79",
    white: "#6a6a77",
    brightBlack: "#4b4b57",
  },
};
export const themeOf = (name: ScreenTheme): ITheme => THEMES[name];

type Options = { theme: ScreenTheme; label: string; readOnly?: boolean };

/** xterm with its addons, in `element`; loaded with the first terminal and with nothing else. */
export async function openScreen(element: HTMLElement, { theme, label, readOnly = false }: Options): Promise<Screen> {
  const [{ Terminal: Xterm }, { FitAddon }, { SearchAddon: Search }, { WebLinksAddon }] = await Promise.all([
    import("@xterm/xterm"),
    import("@xterm/addon-fit"),
    import("@xterm/addon-search"),
    import("@xterm/addon-web-links"),
  ]);
  const fontFamily = getComputedStyle(document.documentElement).getPropertyValue("--k-mono");
  // A cell is measured once, when the screen opens.
  await document.fonts.load(`13px ${fontFamily}`).catch(() => undefined);
  const terminal = new Xterm({
    allowProposedApi: true,
    cursorBlink: !readOnly,
    disableStdin: readOnly,
    fontFamily,
    fontSize: 13,
    lineHeight: 1.25,
    scrollback: 10_000,
    theme: THEMES[theme],
  });
  const fit = new FitAddon();
  const search = new Search();
  terminal.loadAddon(fit);
  terminal.loadAddon(search);
  terminal.loadAddon(new WebLinksAddon((_event, uri) => window.open(uri, "_blank", "noopener,noreferrer")));
  terminal.open(element);
  terminal.textarea?.setAttribute("aria-label", label);
  terminal.attachCustomKeyEventHandler((event) => keepForTheBrowser(event, terminal));
  return { terminal, search, fit: () => fit.fit(), dispose: () => terminal.dispose() };
}

/** Copy where something is selected, and paste, are the browser's; every other key is the shell's. */
function keepForTheBrowser(event: KeyboardEvent, terminal: Terminal): boolean {
  if (event.type !== "keydown" || !(event.ctrlKey || event.metaKey) || event.altKey) return true;
  const key = event.key.toLowerCase();
  if (key === "v") return false;
  if (key !== "c" || !terminal.hasSelection()) return true;
  event.preventDefault();
  void navigator.clipboard?.writeText(terminal.getSelection());
  terminal.clearSelection();
  return false;
}
