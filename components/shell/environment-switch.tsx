"use client";

import { Menu } from "@mantine/core";
import { ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { useSelection } from "./selection.tsx";
import classes from "./top-bar.module.css";

/** The environment that every page speaks of; production has its own colour. */
export function EnvironmentSwitch() {
  const t = useTranslations("shell");
  const { environments, environment, choose } = useSelection();
  if (environment === null) return null;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button
          type="button"
          className={classes.switch}
          data-purpose={environment.purpose}
          aria-label={t("environment", { environment: environment.name })}
        >
          {environment.name}
          <ChevronDown size={12} strokeWidth={1.75} aria-hidden="true" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {environments.map(({ id, name, cluster }) => (
          <Menu.Item
            key={id}
            aria-current={environment.id === id || undefined}
            rightSection={<span className="k-small k-quiet">{cluster}</span>}
            onClick={() => choose({ environment: name })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
