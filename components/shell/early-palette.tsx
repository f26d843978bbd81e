/**
 * A page shows before React has it, and until then Ctrl+K is the browser's own. This script stands in the HTML itself and
 * keeps the key for the palette; the first who takes it ends the keeping.
 */
const KEEP = `{
  const keep = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    window.keplerEarlyPalette.pressed = true;
  };
  window.keplerEarlyPalette = { pressed: false, end: () => removeEventListener("keydown", keep) };
  addEventListener("keydown", keep);
}`;

export const KeepEarlyPalette = () => <script dangerouslySetInnerHTML={{ __html: KEEP }} />;

declare global {
  var keplerEarlyPalette: { pressed: boolean; end(): void } | undefined;
}

/** Calls `open` if the palette was asked for before anybody could open it. From here on its keys are the caller's. */
export function openIfAskedEarly(open: () => void): void {
  const early = globalThis.keplerEarlyPalette;
  globalThis.keplerEarlyPalette = undefined;
  early?.end();
  if (early?.pressed) open();
}
