"use client";

import { type ComponentPropsWithRef, lazy, type ReactNode, Suspense, useState } from "react";

export type MenuEntry =
  | {
      key: string;
      label: ReactNode;
      current?: boolean;
      end?: ReactNode;
      lang?: string;
      href: string;
      onSelect?: undefined;
    }
  | {
      key: string;
      label: ReactNode;
      current?: boolean;
      end?: ReactNode;
      lang?: string;
      href?: undefined;
      onSelect: () => void;
    }
  | { key: string; heading: ReactNode }
  | { key: string; divider: true };

export type MenuButtonProps = Omit<ComponentPropsWithRef<"button">, "onClick"> & {
  entries: MenuEntry[];
  align?: "start" | "end";
};

const load = () => import("./menu-box.tsx");
const MenuBox = lazy(() => load().then((module) => ({ default: module.MenuBox })));

/** A button that opens a menu. What places and moves through the menu is loaded when a hand comes near. */
export function MenuButton({ entries, align = "start", ...button }: MenuButtonProps) {
  const [wanted, setWanted] = useState(false);
  const closed = (
    <button
      type="button"
      {...button}
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void load()}
      onFocus={() => void load()}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuBox {...button} entries={entries} align={align} />
    </Suspense>
  );
}
