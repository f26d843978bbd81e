"use client";

import { TextInput } from "@mantine/core";
import { Contrast, Eye, FileText, Search } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Failure } from "../shell/failure.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Message } from "../ui/message.tsx";
import type { Wish } from "./connect-terminal.ts";
import { KeyRow } from "./key-row.tsx";
import { Remaining } from "./remaining.tsx";
import classes from "./terminal.module.css";
import { useEndWords } from "./use-end-words.ts";
import { useScreenTheme } from "./use-screen-theme.ts";
import { useTerminalSession } from "./use-terminal-session.ts";
import { WaitForApproval } from "./wait-for-approval.tsx";

type Props = {
  app: AppView;
  wish: Omit<Wish, "columns" | "rows">;
  hidden: boolean;
  /** A new session in the same container, with the same reason. */
  onAgain: () => void;
};

const icon = { size: 14, strokeWidth: 1.5 } as const;

/** One terminal: its screen, what holds for it, and how it ended. */
export function TerminalTab({ app, wish, hidden, onAgain }: Props) {
  const t = useTranslations("terminal");
  const endWords = useEndWords();
  const [element, setElement] = useState<HTMLDivElement | null>(null);
  const [theme, turnTheme] = useScreenTheme();
  const [searching, setSearching] = useState(false);
  const label = t("screen", { pod: wish.pod, container: wish.container });
  const { state, screen, connection, agreed, declined } = useTerminalSession(element, {
    app: app.name,
    wish,
    theme,
    label,
  });
  const again = (
    <Button small onClick={onAgain}>
      {t("again")}
    </Button>
  );
  const find = (text: string) => screen.current?.search.findNext(text, { incremental: true });

  return (
    <section className={classes.tab} hidden={hidden} aria-label={label} data-state={state.state}>
      <div className={classes.facts}>
        <span className={classes.state} role="status">
          {t(`state.${state.state}`)}
        </span>
        {wish.reason && <Badge icon={<FileText {...icon} />}>{t("reasonIs", { reason: wish.reason })}</Badge>}
        {state.state === "open" && <Remaining until={state.endsAt} />}
        <Badge icon={<Eye {...icon} />}>{t("recorded")}</Badge>
        <span className={classes.tools}>
          {searching && (
            <TextInput
              aria-label={t("search")}
              placeholder={t("search")}
              size="xs"
              autoFocus
              onChange={(event) => find(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter") find(event.currentTarget.value);
                if (event.key === "Escape") setSearching(false);
              }}
            />
          )}
          <IconButton label={t("search")} aria-pressed={searching} onClick={() => setSearching(!searching)}>
            <Search size={16} strokeWidth={1.5} />
          </IconButton>
          <IconButton label={t("theme")} onClick={turnTheme}>
            <Contrast size={16} strokeWidth={1.5} />
          </IconButton>
        </span>
      </div>
      {state.state === "waiting" && (
        <div className={classes.ended}>
          <WaitForApproval app={app} id={state.id} onAgreed={agreed} onEnded={declined} />
        </div>
      )}
      <div className={classes.screen} data-theme={theme}>
        {/* Without a padding of its own: the addon that fits columns into it would count that as room. */}
        <div className={classes.glass} ref={setElement} />
      </div>
      {state.state === "open" && (
        <KeyRow
          onKey={(text) => {
            connection.current?.type(text);
            screen.current?.terminal.focus();
          }}
        />
      )}
      {state.state === "ended" && (
        <div className={classes.ended}>
          <Message state={state.word?.reason === "exited" && state.word.exitCode === 0 ? "ok" : "warn"} action={again}>
            {state.word === null ? t("end.cut") : endWords(state.word)}
          </Message>
        </div>
      )}
      {state.state === "refused" && (
        <div className={classes.ended}>
          <Failure error={state.error} onRetry={onAgain} />
        </div>
      )}
    </section>
  );
}
