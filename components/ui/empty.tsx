import type { ReactNode } from "react";
import classes from "./empty.module.css";

type Props = {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
  /** 1 where it is the whole page. */
  level?: 1 | 2;
};

/** Nothing here yet: a drawing in the mark's line, one sentence that says how to begin, one way on. */
export function Empty({ title, children, action, level = 2 }: Props) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <div className={classes.empty}>
      <svg
        viewBox="0 0 220 156"
        width="150"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d="M170.6 62.9L36.5 120.3A88 62 -14 0 1 23.3 88.5Z" fill="currentColor" fillOpacity=".12" />
        <path d="M170.6 62.9L170.3 25.4A88 62 -14 0 1 136.0 134.9Z" fill="currentColor" fillOpacity=".12" />
        <ellipse cx="110" cy="78" rx="88" ry="62" transform="rotate(-14 110 78)" strokeDasharray="3 4" />
        <path d="M36.5 120.3A88 62 -14 0 1 23.3 88.5" strokeWidth="2" />
        <circle cx="170.6" cy="62.9" r="9" fill="currentColor" stroke="none" />
        <circle cx="23.3" cy="88.5" r="5" fill="var(--k-bg)" />
      </svg>
      <Heading>{title}</Heading>
      {children !== undefined && <p>{children}</p>}
      {action}
    </div>
  );
}
