import type { ReactNode } from "react";
import classes from "./key-value.module.css";

export type Fact = { key: string; label: ReactNode; value: ReactNode; end?: ReactNode };

/** Facts in rows of 32 px: label, value, and at the end a state or a link. */
export function KeyValue({ facts }: { facts: Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(({ key, label, value, end }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd>{value}</dd>
          {end !== undefined && <dd>{end}</dd>}
        </div>
      ))}
    </dl>
  );
}
