import type { ReactNode } from "react";
import { Glyph, type GlyphName } from "./glyph.tsx";
import classes from "./message.module.css";

export type MessageState = "ok" | "working" | "warn" | "fail" | "unknown" | "lock";
export const messageGlyph = (state: MessageState): GlyphName => (state === "ok" ? "done" : state);

type Props = {
  state: MessageState;
  /** The sentence's first, weightier part: what happened. */
  title?: ReactNode;
  /** What it means and what to do. */
  children?: ReactNode;
  /** One way on, at the end of the line. */
  action?: ReactNode;
};

/** A sentence where the trouble is; never a toast. Trouble is announced to screen readers when it appears. */
export function Message({ state, title, children, action }: Props) {
  return (
    <div className={classes.message} data-state={state} role={state === "fail" ? "alert" : "status"}>
      <Glyph name={messageGlyph(state)} />
      <span className={classes.text}>
        {title !== undefined && <b>{title}</b>} {children}
      </span>
      {action !== undefined && <span className={classes.action}>{action}</span>}
    </div>
  );
}
