"use client";

import { Button as MantineButton } from "@mantine/core";
import Link from "next/link";
import type { MouseEventHandler, ReactNode } from "react";
import classes from "./button.module.css";

type Look = "primary" | "outline" | "plain" | "danger";
type Props = {
  /** One primary a view; the rest are outline or plain; danger asks before it acts. */
  look?: Look;
  /** 28 px, for heads of panels and bars. */
  small?: boolean;
  /** A lucide icon of 16 px and 1.5 stroke. */
  icon?: ReactNode;
  /** Why it cannot be used now. A disabled button stays reachable by keyboard and says so. */
  why?: string;
  busy?: boolean;
  children: ReactNode;
} & (
  | { href: string; onClick?: undefined; type?: undefined }
  | { href?: undefined; onClick?: MouseEventHandler; type?: "button" | "submit" }
);

const VARIANT = { primary: "filled", outline: "default", plain: "subtle", danger: "default" } as const;

/** A button, or a link that looks like one when it has `href`. */
export function Button({
  look = "outline",
  small = false,
  icon,
  why,
  busy = false,
  children,
  href,
  onClick,
  type = "button",
}: Props) {
  const shared = {
    variant: VARIANT[look],
    size: small ? "compact-sm" : "sm",
    leftSection: icon,
    title: why,
    className: classes.button,
    mod: { danger: look === "danger" },
    children,
  };
  if (why !== undefined)
    return (
      <MantineButton
        {...shared}
        type="button"
        aria-disabled
        data-disabled
        onClick={(event) => event.preventDefault()}
      />
    );
  if (href !== undefined) return <MantineButton {...shared} component={Link} href={href} />;
  return <MantineButton {...shared} type={type} loading={busy} onClick={onClick} />;
}
