"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { TerminalServerMessage } from "#lib/terminal/schema";
import { type Connection, connectTerminal, type Wish } from "./connect-terminal.ts";
import { openScreen, type Screen, type ScreenTheme, themeOf } from "./xterm.ts";

type Ended = Extract<TerminalServerMessage, { type: "ended" }>;
export type SessionState =
  | { state: "connecting" }
  /** Until somebody else has agreed to it. */
  | { state: "waiting"; id: string }
  | { state: "open"; endsAt: string; idleMinutes: number }
  /** `word` is null when the connection broke without one. */
  | { state: "ended"; word: Ended | null }
  | { state: "refused"; error: unknown };

type Options = { app: string; wish: Omit<Wish, "columns" | "rows">; theme: ScreenTheme; label: string };

/** A screen in `element`, joined to a shell as long as the component lives. What it has shown stays when it ends. */
export function useTerminalSession(element: HTMLElement | null, { app, wish, theme, label }: Options) {
  const [state, setState] = useState<SessionState>({ state: "connecting" });
  const screen = useRef<Screen | null>(null);
  const connection = useRef<Connection | null>(null);
  const first = useRef({ wish, theme, label });

  useEffect(() => {
    if (element === null) return;
    let gone = false;
    let stopWatching = () => undefined as void;
    const begin = async () => {
      const opened = await openScreen(element, first.current);
      if (gone) return opened.dispose();
      screen.current = opened;
      const { terminal } = opened;
      opened.fit();
      const { cols: columns, rows } = terminal;
      const joined = connectTerminal(
        app,
        { ...first.current.wish, columns, rows },
        {
          waiting: (id) => setState({ state: "waiting", id }),
          output: (bytes) => terminal.write(bytes),
          ready: ({ endsAt, idleMinutes }) => {
            setState({ state: "open", endsAt, idleMinutes });
            terminal.focus();
          },
          ended: (word) => setState({ state: "ended", word }),
          failed: (error) => setState({ state: "refused", error }),
        },
      );
      connection.current = joined;
      terminal.onData((text) => joined.type(text));
      terminal.onBinary((text) => joined.type(Uint8Array.from(text, (char) => char.charCodeAt(0))));
      terminal.onResize(({ cols, rows: lines }) => joined.resize({ columns: cols, rows: lines }));
      // A tab that is hidden has no size; its screen keeps the one it had.
      const observer = new ResizeObserver(() => element.clientHeight > 0 && opened.fit());
      observer.observe(element);
      stopWatching = () => observer.disconnect();
    };
    void begin();
    return () => {
      gone = true;
      stopWatching();
      connection.current?.close();
      screen.current?.dispose();
      screen.current = null;
    };
  }, [element, app]);

  useEffect(() => {
    if (screen.current) screen.current.terminal.options.theme = themeOf(theme);
  }, [theme]);

  const agreed = useCallback((id: string) => {
    setState({ state: "connecting" });
    connection.current?.agreed(id);
  }, []);
  const declined = useCallback((word: Ended) => setState({ state: "ended", word }), []);
  return { state, screen, connection, agreed, declined };
}
