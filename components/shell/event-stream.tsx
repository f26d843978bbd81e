"use client";

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { PointerStream, type StreamStatus } from "./pointer-stream.ts";
import { invalidate } from "./query-keys.ts";
import { toSignIn } from "./to-sign-in.ts";

const Status = createContext<StreamStatus>({ state: "connecting" });
/** Is what is on screen live? */
export const useStreamStatus = (): StreamStatus => useContext(Status);

/** One event stream for the whole tab; what it says is out of date is read again by whoever shows it. */
export function EventStream({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [status, setStatus] = useState<StreamStatus>({ state: "connecting" });
  useEffect(() => {
    const stream = new PointerStream(
      { open: (url) => new EventSource(url), signedIn, now: Date.now, random: Math.random },
      {
        onPointers: (pointers) => void invalidate(client, pointers),
        onReset: () => void client.invalidateQueries(),
        onStatus: (next) => {
          setStatus(next);
          if (next.state === "signed-out") toSignIn();
        },
      },
    );
    const onVisibility = () => (document.hidden ? stream.pause() : stream.start());
    onVisibility();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      stream.stop();
    };
  }, [client]);
  return <Status value={status}>{children}</Status>;
}

/** No answer is not a "no": only a 401 ends the session. */
async function signedIn(): Promise<boolean> {
  const response = await fetch("/api/me").catch(() => undefined);
  return response?.status !== 401;
}
