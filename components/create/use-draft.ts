"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { type AppDraftView, appDraftView } from "#lib/apps/schema";
import { sendJson } from "../shell/api.ts";
import type { WizardForm } from "./wizard-form.ts";

const QUIET_MS = 700;
const RETRY_MS = 5000;

export type DraftStatus = { state: "untouched" | "saving" | "failed" } | { state: "saved"; at: string };

/**
 * Saves the form on its own: one request at a time, a moment after the last key, again after a failure.
 * The first save makes the draft; `onCreated` hears its id (the page puts it into the URL).
 */
export function useDraft(
  form: WizardForm,
  step: number,
  initial: AppDraftView | null,
  onCreated: (id: string) => void,
) {
  const [status, setStatus] = useState<DraftStatus>(
    initial ? { state: "saved", at: initial.updatedAt } : { state: "untouched" },
  );
  const [id, setId] = useState(initial?.id ?? null);
  const content = JSON.stringify({ step, body: form });
  const saved = useRef(initial ? JSON.stringify({ step: initial.step, body: initial.body }) : content);
  const busy = useRef(false);
  const stopped = useRef(false);
  const latest = useRef(content);
  useEffect(() => {
    latest.current = content;
  }, [content]);

  const save = useCallback(async () => {
    if (busy.current || stopped.current || latest.current === saved.current) return;
    busy.current = true;
    setStatus({ state: "saving" });
    const sent = latest.current;
    try {
      const body: unknown = JSON.parse(sent);
      const view = id
        ? await sendJson("PUT", `/api/drafts/${id}`, body, appDraftView)
        : await sendJson("POST", "/api/drafts", body, appDraftView);
      if (id === null) onCreated(view.id);
      setId(view.id);
      saved.current = sent;
      setStatus({ state: "saved", at: view.updatedAt });
    } catch {
      setStatus({ state: "failed" });
    } finally {
      busy.current = false;
    }
  }, [id, onCreated]);

  // After each change, once it is quiet; while saving or failed, the same timer looks again.
  useEffect(() => {
    if (content === saved.current && status.state !== "failed") return;
    const timer = setTimeout(() => void save(), status.state === "failed" ? RETRY_MS : QUIET_MS);
    return () => clearTimeout(timer);
  }, [content, status, save]);

  const discard = useCallback(async () => {
    stopped.current = true;
    if (id) await sendJson("DELETE", `/api/drafts/${id}`, undefined, null);
  }, [id]);

  /** The draft goes with the service that is made of it: nothing may save it again meanwhile. */
  const hold = useCallback((held: boolean) => {
    stopped.current = held;
  }, []);

  return { status, id, discard, hold };
}
