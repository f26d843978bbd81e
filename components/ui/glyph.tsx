import classes from "./state.module.css";

export const GLYPHS = [
  "ok",
  "working",
  "warn",
  "fail",
  "unknown",
  "lock",
  "hand",
  "paused",
  "none",
  "wait",
  "done",
] as const;
export type GlyphName = (typeof GLYPHS)[number];
/** How loud a glyph is: well is quiet, trouble is loud, what we do not know has no hue. */
export type Tone = "ok" | "working" | "warn" | "fail" | "unknown" | "none";

export function toneOf(glyph: GlyphName): Tone {
  switch (glyph) {
    case "done":
      return "ok";
    case "hand":
      return "warn";
    case "lock":
      return "unknown";
    case "paused":
    case "wait":
      return "none";
    default:
      return glyph;
  }
}

/** A state's own outline, told apart without colour. Decoration: the word beside it is what is read aloud. */
export function Glyph({ name, small = false }: { name: GlyphName; small?: boolean }) {
  return (
    <svg
      className={classes.glyph}
      data-tone={toneOf(name)}
      data-small={small || undefined}
      viewBox="0 0 14 14"
      fill="none"
      aria-hidden="true"
    >
      {SHAPES[name]}
    </svg>
  );
}

const line = { stroke: "currentColor", strokeWidth: 1.5, strokeLinecap: "round", strokeLinejoin: "round" } as const;
const hole = { ...line, stroke: "var(--k-glyph-ground, var(--k-bg))" } as const;
const ring = <circle cx="7" cy="7" r="5.25" {...line} />;

const SHAPES = {
  ok: (
    <>
      {ring}
      <circle cx="7" cy="7" r="2.25" fill="currentColor" />
    </>
  ),
  working: (
    <g className={classes.turning}>
      <circle cx="7" cy="7" r="5.25" {...line} opacity=".28" />
      <path d="M7 1.75A5.25 5.25 0 1 1 2.45 9.6" {...line} />
      <circle cx="2.45" cy="9.6" r="1.9" fill="currentColor" />
    </g>
  ),
  warn: (
    <>
      <path
        d="M7 1.2c.35 0 .66.18.83.47l5.2 9.2c.36.63-.1 1.43-.83 1.43H1.8c-.73 0-1.19-.8-.83-1.43l5.2-9.2C6.34 1.38 6.65 1.2 7 1.2z"
        fill="currentColor"
      />
      <path d="M7 5v3M7 10.1v.01" {...hole} />
    </>
  ),
  fail: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="2.5" fill="currentColor" />
      <path d="m4.75 4.75 4.5 4.5M9.25 4.75l-4.5 4.5" {...hole} />
    </>
  ),
  unknown: (
    <>
      <circle cx="7" cy="7" r="5.5" {...line} strokeLinecap="butt" strokeDasharray="2.6 1.72" />
      <path d="M7 4.5v3M7 9.4v.01" {...line} />
    </>
  ),
  lock: (
    <>
      <rect x="2.25" y="6" width="9.5" height="6.5" rx="1.5" {...line} />
      <path d="M4.5 6V4.25a2.5 2.5 0 0 1 5 0V6M7 8.75v1" {...line} />
    </>
  ),
  hand: (
    <>
      <path d="M7 1.4 12.6 7 7 12.6 1.4 7z" {...line} />
      <circle cx="7" cy="7" r="1.4" fill="currentColor" />
    </>
  ),
  paused: (
    <>
      {ring}
      <path d="M5.75 5.25v3.5M8.25 5.25v3.5" {...line} />
    </>
  ),
  none: <path d="M4 7h6" {...line} />,
  wait: <circle cx="7" cy="7" r="5.25" {...line} strokeDasharray="1.2 2.1" />,
  done: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="m4.4 7.2 1.8 1.8 3.5-3.7" {...hole} />
    </>
  ),
} satisfies Record<GlyphName, React.ReactNode>;
