"use client";

import { lazy, Suspense, useState } from "react";
import { type MenuButtonProps } from "./menu-entry.ts";

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
