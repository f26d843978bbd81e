"use client";

import { Menu } from "@mantine/core";
import Link from "next/link";
import { type MenuButtonProps } from "./menu-entry.ts";

/** The menu itself, open from its first moment. */
export function MenuBox({ entries, align, ...button }: MenuButtonProps) {
  return (
    <Menu defaultOpened position={align === "end" ? "bottom-end" : "bottom-start"}>
      <Menu.Target>
        <button type="button" {...button} />
      </Menu.Target>
      <Menu.Dropdown>
        {entries.map((entry) => {
          if ("divider" in entry) return <Menu.Divider key={entry.key} />;
          if ("heading" in entry) return <Menu.Label key={entry.key}>{entry.heading}</Menu.Label>;
          const { key, label, current, end, lang, href, onSelect } = entry;
          const shared = { "aria-current": current || undefined, rightSection: end, lang, children: label };
          return href === undefined ? (
            <Menu.Item key={key} {...shared} onClick={onSelect} />
          ) : (
            <Menu.Item key={key} {...shared} component={Link} href={href} />
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
