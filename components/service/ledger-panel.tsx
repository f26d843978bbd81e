"use client";

import { useTranslations } from "use-intl";
import type { AppView } from "#lib/apps/schema";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { Panel } from "../ui/panel.tsx";
import classes from "./service.module.css";

const GLYPHS = { planned: "wait", present: "done", absent: "none" } as const satisfies Record<
  AppView["ledger"][number]["state"],
  GlyphName
>;

/** Every object that Kepler made in another system for this service. */
export function LedgerPanel({ app }: { app: AppView }) {
  const t = useTranslations("service.ledger");
  const systems = useTranslations("errors.system");
  return (
    <Panel title={t("title")} meta={app.ledger.length > 0 ? app.ledger.length : undefined}>
      {app.ledger.length === 0 && <p className={classes.nothing}>{t("none")}</p>}
      <ul className={classes.events}>
        {app.ledger.map((entry) => (
          <li key={`${entry.system} ${entry.kind} ${entry.key}`}>
            <Glyph name={GLYPHS[entry.state]} />
            <span className="k-sr">{t(`state.${entry.state}`)}</span>
            <span className={classes.truncatedLine} title={entry.key}>
              <b>{kindName(t, entry.kind)}</b>{" "}
              {entry.url === null ? (
                <code>{entry.key}</code>
              ) : (
                <a className="k-link" href={entry.url} target="_blank" rel="noreferrer">
                  <code>{entry.key}</code>
                </a>
              )}
            </span>
            <span className="k-small k-quiet">{systemName(systems, entry.system)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Our own kinds in words; those of Kubernetes ("apps/v1/Deployment") keep their name. */
function kindName(t: ReturnType<typeof useTranslations<"service.ledger">>, kind: string): string {
  const short = kind.split("/").at(-1) ?? kind;
  return short === "webhook" || short === "job" || short === "repository" ? t(`kind.${short}`) : short;
}

function systemName(t: ReturnType<typeof useTranslations<"errors.system">>, system: string): string {
  const short = system.split(":")[0];
  switch (short) {
    case "gitlab":
    case "jenkins":
    case "registry":
    case "kubernetes":
      return t(short);
    case "cluster":
      return t("kubernetes");
    default:
      return system;
  }
}
