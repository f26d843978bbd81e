"use client";

import { useTranslations } from "use-intl";
import type { MeshPreflight } from "#lib/releases/mesh/schema";
import { Note } from "../ui/note.tsx";
import classes from "./releases.module.css";

/** What the service's pods get in the mesh, as a pod that was tried out got it. */
export function MeshFacts({ mesh: { proxy } }: { mesh: MeshPreflight }) {
  const t = useTranslations("releases.mesh");
  const or = (text: string | null) => text ?? t("none");
  return (
    <section className={classes.part}>
      <h3>{t("title")}</h3>
      {proxy === null ? (
        <Note state="unknown">{t("unknown")}</Note>
      ) : (
        <>
          <Note state="ok">
            {t("proxy", {
              version: proxy.version ?? "none",
              revision: proxy.revision ?? "none",
              cpu: or(proxy.cpuRequest),
              memory: or(proxy.memoryRequest),
            })}
          </Note>
          <Note state="ok">{t(proxy.isNative ? "native" : "container")}</Note>
          {proxy.probesRewritten !== null && (
            <Note state="ok">{t(proxy.probesRewritten ? "probesRewritten" : "probesKept")}</Note>
          )}
        </>
      )}
    </section>
  );
}
