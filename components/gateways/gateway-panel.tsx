"use client";

import { useTranslations } from "use-intl";
import type { GatewayCheck, GatewayStanding } from "#lib/releases/gateway/schema";
import { Button } from "../ui/button.tsx";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { Panel } from "../ui/panel.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { useSentence } from "../ui/sentences-context.tsx";
import { State } from "../ui/state.tsx";
import classes from "./gateways.module.css";

export const GLYPH_OF_STANDING = {
  ready: "ok",
  limited: "warn",
  unready: "fail",
  unknown: "unknown",
} as const satisfies Record<GatewayStanding["state"], GlyphName>;

type Props = {
  standing: GatewayStanding;
  /** Why nothing can be moved here; undefined = it can. */
  why: string | undefined;
  onMove: () => void;
};

/** One gateway: what it carries, whether it could carry the rest, and the move to it. */
export function GatewayPanel({ standing, why, onMove }: Props) {
  const t = useTranslations("gateways");
  const { gatewayClass, state, checks, checkedAt, routes, services, guests } = standing;
  return (
    <Panel
      title={t(`class.${gatewayClass}`)}
      meta={t("carries", { routes, services })}
      actions={
        <State glyph={GLYPH_OF_STANDING[state]}>{t(`state.${state === "ready" && routes > 0 ? "used" : state}`)}</State>
      }
      padded
    >
      <div className={classes.standing}>
        <ul>
          {checks.map((check) => (
            <li key={check.name}>
              <Glyph name={check.state} small />
              <span>
                <Checked check={check} />
              </span>
            </li>
          ))}
        </ul>
        {guests > 0 && <p className="k-quiet">{t("guests", { count: guests })}</p>}
        <div className={classes.foot}>
          {checkedAt !== null && (
            <small className="k-quiet">{t.rich("looked", { ago: () => <RelativeTime at={checkedAt} /> })}</small>
          )}
          <Button small why={why} onClick={onMove}>
            {t("here")}
          </Button>
        </div>
      </div>
    </Panel>
  );
}

function Checked({ check: { name, state, detail } }: { check: GatewayCheck }) {
  const t = useTranslations("gateways");
  const sentence = useSentence();
  if (name === "certificates" && state !== "ok") {
    return (detail ?? "").split("\n").map(sentence).join(" ");
  }
  if (name === "hosts" && state !== "ok" && detail === null) return t("hostsHidden");
  return t(`check.${name}.${state}`, { detail: detail ?? "" });
}
