import { type ComponentPropsWithRef, type ReactNode } from "react";

/** A line of a menu: a way to a page, something to do, a heading, or a line between. */
type MenuEntry =
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
