"use client";

import { Plus, SquareTerminal, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { mayOpenTerminal } from "#lib/terminal/rules";
import { usePods } from "../service/use-service.ts";
import { Failure } from "../shell/failure.tsx";
import { useAllows, useMe, useSelection } from "../shell/selection.tsx";
import { Empty } from "../ui/empty.tsx";
import { Forbidden } from "../ui/forbidden.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import type { Wish } from "./connect-terminal.ts";
import { PolicyLine } from "./policy-line.tsx";
import classes from "./terminal.module.css";
import { TerminalForm } from "./terminal-form.tsx";
import { TerminalList } from "./terminal-list.tsx";
import { TerminalTab } from "./terminal-tab.tsx";
import { useTerminals } from "./use-terminals.ts";

type Session = { key: number; wish: Omit<Wish, "columns" | "rows"> };
const icon = { size: 14, strokeWidth: 1.5 } as const;

/** Shells in the service's containers, several at a time, each in a tab; and those that were. */
export function TerminalPage({ app }: { app: AppView }) {
  const t = useTranslations("terminal");
  const me = useMe();
  const allows = useAllows();
  const { environment } = useSelection();
  const place = environment?.name ?? "";
  const mayOpen = environment !== null && mayOpenTerminal(me, app.teamId, environment.purpose);
  const maySeeOwn = allows("app.terminal.own", app.teamId);
  const { data: list, error } = useTerminals(app, place, 1, maySeeOwn);
  const { data: pods } = usePods(app, place);
  const [sessions, setSessions] = useState<Session[]>([]);
  const [current, setCurrent] = useState<number | null>(null);

  const open = (wish: Session["wish"], instead?: number) => {
    const key = Math.max(0, ...sessions.map((session) => session.key)) + 1;
    setSessions([...sessions.filter((session) => session.key !== instead), { key, wish }]);
    setCurrent(key);
  };
  const close = (key: number) => {
    const left = sessions.filter((session) => session.key !== key);
    setSessions(left);
    if (current === key) setCurrent(left.at(-1)?.key ?? null);
  };
  const running = pods?.rows.filter((pod) => pod.containers.some(({ state }) => state === "running")) ?? [];

  return (
    <div className={classes.page} data-screen={current !== null || undefined}>
      {sessions.length > 0 && (
        <div className={classes.tabs}>
          {sessions.map(({ key, wish }) => (
            <span key={key} className={classes.chip} data-current={key === current || undefined}>
              <button type="button" aria-pressed={key === current} onClick={() => setCurrent(key)} title={wish.pod}>
                <SquareTerminal {...icon} aria-hidden="true" />
                {wish.pod.slice(-5)} / {wish.container}
              </button>
              <IconButton label={t("close", { pod: wish.pod })} onClick={() => close(key)}>
                <X {...icon} />
              </IconButton>
            </span>
          ))}
          <IconButton label={t("new")} aria-pressed={current === null} onClick={() => setCurrent(null)}>
            <Plus size={16} strokeWidth={1.5} />
          </IconButton>
        </div>
      )}
      {sessions.map(({ key, wish }) => (
        <TerminalTab key={key} app={app} wish={wish} hidden={key !== current} onAgain={() => open(wish, key)} />
      ))}
      {current === null && (
        <div className={classes.start}>
          {!mayOpen && <Forbidden title={t("mayNot.title")}>{t("mayNot.text", { environment: place })}</Forbidden>}
          {error && <Failure error={error} />}
          {mayOpen && list?.policy.mode === "off" && (
            <Forbidden title={t("off.title", { environment: place })}>{t("off.text")}</Forbidden>
          )}
          {mayOpen && list && list.policy.mode !== "off" && pods && running.length === 0 && (
            <Empty title={t("nothing.title", { environment: place })}>{t("nothing.text")}</Empty>
          )}
          {mayOpen && list && list.policy.mode !== "off" && running.length > 0 && environment && (
            <TerminalForm
              key={environment.id}
              app={app.name}
              environmentId={environment.id}
              pods={running}
              policy={list.policy}
              onOpen={open}
            />
          )}
          {list && environment && <PolicyLine app={app} environment={environment} policy={list.policy} />}
          {maySeeOwn && place !== "" && <TerminalList key={place} app={app} environment={place} />}
        </div>
      )}
    </div>
  );
}
