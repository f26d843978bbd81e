"use client";

import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { type Cast, sizeIn } from "#lib/terminal/asciicast-rules";
import type { Screen } from "./xterm.ts";

export const SPEEDS = [0.5, 1, 2, 4, 8] as const;
/** How often the position is told to the page; the screen itself moves with every frame. */
const TELL_MS = 100;

/** Plays a recording onto a screen, from any moment, at any speed. */
export function useReplay(cast: Cast | undefined, screen: RefObject<Screen | null>, ready: boolean) {
  const [position, setPosition] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState<number>(1);
  const at = useRef({ seconds: 0, event: 0 });

  /** Shows what came up to then; backwards means from the beginning. */
  const show = useCallback(
    (seconds: number) => {
      const terminal = screen.current?.terminal;
      if (cast === undefined || terminal === undefined) return;
      if (seconds < at.current.seconds || at.current.event === 0) {
        terminal.reset();
        terminal.resize(cast.width, cast.height);
        at.current.event = 0;
      }
      let event = cast.events[at.current.event];
      while (event !== undefined && event[0] <= seconds) {
        const size = event[1] === "r" ? sizeIn(event[2]) : null;
        if (size) terminal.resize(size.columns, size.rows);
        if (event[1] === "o") terminal.write(event[2]);
        at.current.event += 1;
        event = cast.events[at.current.event];
      }
      at.current.seconds = seconds;
    },
    [cast, screen],
  );
  const seek = useCallback(
    (seconds: number) => {
      show(seconds);
      setPosition(seconds);
    },
    [show],
  );

  useEffect(() => {
    if (!playing || !ready || cast === undefined) return;
    let before = performance.now();
    let toldAt = 0;
    let frame = requestAnimationFrame(function step(now) {
      const seconds = Math.min(cast.seconds, at.current.seconds + ((now - before) / 1000) * speed);
      before = now;
      show(seconds);
      const over = seconds >= cast.seconds;
      if (over || now - toldAt > TELL_MS) {
        toldAt = now;
        setPosition(seconds);
      }
      if (over) setPlaying(false);
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, ready, cast, speed, show]);

  const toggle = () => {
    if (!playing && cast && at.current.seconds >= cast.seconds) seek(0);
    setPlaying(!playing);
  };
  return { position, playing, speed, toggle, seek, setSpeed };
}
