import Link from "next/link";
import type { ReactNode } from "react";
import classes from "./page-head.module.css";

type Props = {
  /** The pages above, outermost first: the breadcrumb is the title. */
  crumbs?: { href: string; label: ReactNode }[];
  title: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
};

/** The 56 px head of a page. */
export function PageHead({ crumbs = [], title, meta, actions }: Props) {
  return (
    <div className={classes.head}>
      {crumbs.map(({ href, label }) => (
        <Link key={href} href={href} className={classes.crumb}>
          {label}
        </Link>
      ))}
      <h1>{title}</h1>
      {meta !== undefined && <span className={classes.meta}>{meta}</span>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
