import type { ReactNode } from "react";
import classes from "./panel.module.css";

type Props = {
  title: ReactNode;
  /** Small and grey after the title: a count, a source. */
  meta?: ReactNode;
  /** Buttons or a link at the head's end. */
  actions?: ReactNode;
  /** 12/16 padding around the content; without it rows reach the border. */
  padded?: boolean;
  children: ReactNode;
};

/** A hairline box with a 40 px head, for what is not a list of its own. */
export function Panel({ title, meta, actions, padded = false, children }: Props) {
  return (
    <section className={classes.panel}>
      <header className={classes.head}>
        <h2>{title}</h2>
        {meta !== undefined && <span className={classes.meta}>{meta}</span>}
        {actions !== undefined && <span className={classes.actions}>{actions}</span>}
      </header>
      <div className={padded ? classes.padded : classes.bare}>{children}</div>
    </section>
  );
}
