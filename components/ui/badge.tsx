import type { ReactNode } from "react";
import classes from "./badge.module.css";

type Props = {
  children: ReactNode;
  /** Only a state or production has a colour. */
  tone?: "ok" | "working" | "warn" | "fail" | "prod";
  icon?: ReactNode;
  title?: string;
};

/** A short fact in a hairline box: environment, mesh mode, kind of release. */
export function Badge({ children, tone, icon, title }: Props) {
  return (
    <span className={classes.badge} data-tone={tone} title={title}>
      {icon}
      {children}
    </span>
  );
}
