"use client";

import { Menu, useMantineColorScheme } from "@mantine/core";
import { useTranslations } from "use-intl";
import { signOut } from "../sign-in/sign-out.ts";
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
    <Menu>
      <Menu.Target>
        <button type="button" className={classes.avatar} aria-label={t("account", { name: me.name })} title={me.name}>
          {initials(me.name)}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.name} · {me.username}
        </Menu.Label>
        <Menu.Divider />
        {(["light", "dark", "auto"] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            aria-current={colorScheme === scheme || undefined}
            onClick={() => setColorScheme(scheme)}
          >
            {t(`theme.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item lang={locale.next} onClick={locale.change}>
          {locale.next === "zh" ? "中文" : "English"}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t("signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** "Lin Wei" → "LW", "陈思远" → "思远", "admin" → "AD". */
function initials(name: string): string {
  if (/\p{Script=Han}/u.test(name)) return name.slice(-2);
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ""}${words.at(-1)?.[0] ?? ""}` : name.slice(0, 2);
  return letters.toUpperCase();
}
