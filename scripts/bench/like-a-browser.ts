import { type Session } from "./session.ts";

/** What a page has on screen: a service with its pods, or the list of services. */
export type Page = { app: string; appId: string } | "list";

/** The pauses of components/shell/pointer-stream.ts between what events make a page read again. */
const OWN_PAUSE_MS = 200;
const SHARED_PAUSE_MS = 1_000;

/**
 * A browser's part in the server's work, without the browser: one event stream, and what a page reads again when an event
 * says so. Ends with `signal`.
 */
export async function likeABrowser(session: Session, page: Page, signal: AbortSignal): Promise<void> {
  const parts = ["pods", "kubernetes-events", "topology", "diagnosis"];
  const paths =
    page === "list"
      ? ["/api/apps?pageSize=50"]
      : [`/api/apps/${page.app}`, ...parts.map((part) => `/api/apps/${page.app}/${part}?environment=dev`)];
  const pauseMs = page === "list" ? SHARED_PAUSE_MS : OWN_PAUSE_MS;
  let reading = false;
  let stale = false;
  const readAgain = async (): Promise<void> => {
    stale = true;
    if (reading) return;
    reading = true;
    while (stale && !signal.aborted) {
      stale = false;
      await Promise.allSettled(paths.map((path) => session.fetch(path, { signal }).then((answer) => answer.text())));
      await new Promise((rested) => setTimeout(rested, pauseMs));
    }
    reading = false;
  };
  const response = await session.fetch("/api/events", { signal });
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      const text = decoder.decode(chunk, { stream: true });
      const concerns = page === "list" ? text.includes('"kind":"pods"') : text.includes(page.appId);
      if (concerns) void readAgain();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
