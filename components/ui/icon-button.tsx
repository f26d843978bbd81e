"use client";

import type { ComponentPropsWithRef, ReactNode } from "react";
import classes from "./button.module.css";

type Props = Omit<ComponentPropsWithRef<"button">, "children"> & { label: string; children: ReactNode };

/** A 32 px button of one icon; its label is read aloud and shown on hover. */
export function IconButton({ label, children, className, ...rest }: Props) {
  return (
    <button type="button" {...rest} className={`${classes.icon} ${className ?? ""}`} aria-label={label} title={label}>
      {children}
    </button>
  );
}
