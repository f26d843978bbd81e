"use client";

import { useMantineColorScheme } from "@mantine/core";
import { useTranslations } from "use-intl";
import { MenuButton } from "../ui/menu-button.tsx";
import { useMe } from "./selection.tsx";
import classes from "./top-bar.module.css";
import { useChangeLocale } from "./use-change-locale.ts";

/** Me: who I am, language and theme (which a phone's bar has no room for), sign out. */
export function AccountMenu() {
  const t = useTranslations("shell");
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const locale = useChangeLocale();
  return (
    <MenuButton
      align="end"
      className={classes.avatar}
      aria-label={t("account", { name: me.name })}
      title={me.name}
      entries={[
        { key: "who", heading: `${me.name} · ${me.username}` },
        { key: "-1", divider: true },
        ...(["light", "dark", "auto"] as const).map((scheme) => ({
          key: scheme,
          label: t(`theme.${scheme}`),
          current: colorScheme === scheme,
          onSelect: () => setColorScheme(scheme),
        })),
        { key: "-2", divider: true },
        {
          key: "language",
          label: locale.next === "zh" ? "中文" : "English",
          lang: locale.next,
          onSelect: locale.change,
        },
        { key: "-3", divider: true },
        { key: "out", label: t("signOut"), onSelect: () => void leave() },
      ]}
    >
      <span data-initials={initials(me.name)} />
    </MenuButton>
  );
}

const leave = () => import("../sign-in/sign-out.ts").then(({ signOut }) => signOut());

/** "Lin Wei (林薇)" → "LW", "陈思远" → "思远", "admin" → "AD". */
function initials(name: string): string {
  const words = name.match(/\p{Script=Latin}+/gu) ?? [];
  if (words.length === 0) return [...name].slice(-2).join("");
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ""}${words.at(-1)?.[0] ?? ""}` : (words[0] ?? "").slice(0, 2);
  return letters.toUpperCase();
}
