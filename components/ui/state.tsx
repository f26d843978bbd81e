import type { ReactNode } from "react";
import { Glyph, type GlyphName, toneOf } from "./glyph.tsx";
import classes from "./state.module.css";

type Props = {
  glyph: GlyphName;
  /** The word of the state. */
  children: ReactNode;
  /** Small and grey after the word: how long, how far. */
  detail?: ReactNode;
};

/** A state anywhere in the console: glyph, word, and how long. */
export function State({ glyph, children, detail }: Props) {
  return (
    <span className={classes.state} data-tone={toneOf(glyph)}>
      <Glyph name={glyph} />
      <span>{children}</span>
      {detail !== undefined && <small>{detail}</small>}
    </span>
  );
}
