import type { ReactNode } from "react";
import { Glyph } from "./glyph.tsx";
import classes from "./message.module.css";
import { type MessageState, messageGlyph } from "./message.tsx";

/** One small line under a field: while it checks, passes, fails. */
export function Note({ state, children }: { state: MessageState; children: ReactNode }) {
  return (
    <span className={classes.note} data-state={state} role={state === "fail" ? "alert" : "status"}>
      <Glyph name={messageGlyph(state)} small />
      <span>{children}</span>
    </span>
  );
}
