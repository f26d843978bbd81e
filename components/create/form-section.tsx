import type { ReactNode } from "react";
import classes from "./wizard.module.css";

/** One block of the form: what it is about on the left, its fields on the right. */
export function FormSection({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <div>
        <h2>{title}</h2>
        {hint !== undefined && <p className={classes.hint}>{hint}</p>}
      </div>
      <div className={classes.stack}>{children}</div>
    </section>
  );
}
