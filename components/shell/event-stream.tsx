"use client";

import { type Query, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { PointerStream } from "./pointer-stream.ts";
import { invalidate } from "./query-keys.ts";
import { browserWorld, type StreamStatus } from "./resuming-stream.ts";
import { toSignIn } from "./to-sign-in.ts";

const Status = createContext<StreamStatus>({ state: "connecting" });
/** Is what is on screen live? */
export const useStreamStatus = (): StreamStatus => useContext(Status);

const hasFailed = ({ state }: Pick<Query, "state">) => state.status === "error";

/**
 * One event stream for the whole tab; what it says is out of date is read again by whoever shows it. It begins after the
 * event that was the newest when the page's first HTML was made: what has happened since is not in that.
 */
export function EventStream({ after, children }: { after: string; children: ReactNode }) {
  const client = useQueryClient();
  const [first] = useState(after);
  const [status, setStatus] = useState<StreamStatus>({ state: "connecting" });
  useEffect(() => {
    const stream = new PointerStream(browserWorld, first, {
      onPointers: (pointers, reach) => void invalidate(client, pointers, reach),
      onReset: () => void client.invalidateQueries(),
      onStatus: (next) => {
        setStatus(next);
        if (next.state === "signed-out") toSignIn();
        // What could not be read while nobody answered: no event will ask for it again.
        if (next.state === "live") void client.refetchQueries({ type: "active", predicate: hasFailed });
      },
    });
    const onVisibility = () => (document.hidden ? stream.pause() : stream.start());
    onVisibility();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      stream.stop();
    };
  }, [client, first]);
  return <Status value={status}>{children}</Status>;
}
