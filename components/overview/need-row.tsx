"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { PublicError } from "#lib/platform/errors";
import type { NeedItem } from "#lib/reports/schema";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { GLYPH_OF } from "../ui/known-states.ts";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePublicErrorText } from "../ui/use-public-error-text.ts";
import classes from "./overview.module.css";

type Row = {
  glyph: GlyphName;
  name: string;
  place?: { environment: string; prod: boolean };
  text: ReactNode;
  href: string;
  action: string;
};

/** One thing that waits for a person: what, where, why, since when, and the way to it. */
export function NeedRow({ need, primary }: { need: NeedItem; primary: boolean }) {
  const { glyph, name, place, text, href, action } = useRow(need);
  return (
    <li>
      <Glyph name={glyph} />
      <div className={classes.needText}>
        <div className={classes.needName}>
          <b className="k-trunc">{name}</b>
          {place && <Badge tone={place.prod ? "prod" : undefined}>{place.environment}</Badge>}
        </div>
        <p>{text}</p>
      </div>
      {need.at && <RelativeTime at={need.at} bare />}
      <span className={classes.needAction}>
        <Button look={primary ? "primary" : "outline"} small href={href}>
          {action}
        </Button>
      </span>
    </li>
  );
}

function useRow(need: NeedItem): Row {
  const t = useTranslations("overview.needs");
  const publicText = usePublicErrorText();
  const because = (error: PublicError | null) => (error ? publicText(error) : t("noReason"));
  switch (need.kind) {
    case "terminal":
      return {
        glyph: "working",
        name: need.app,
        place: { environment: need.environment, prod: need.purpose === "prod" },
        text: t("terminal", { by: need.by ?? t("somebody"), reason: need.reason ?? "–" }),
        href: `/services/${need.app}/terminal?environment=${need.environment}`,
        action: t("decide"),
      };
    case "provision":
      return {
        glyph: "fail",
        name: need.app,
        text: t("provision", { because: because(need.error) }),
        href: `/services/${need.app}`,
        action: t("see"),
      };
    case "retirement":
      return {
        glyph: "fail",
        name: need.app,
        text: t("retirement", { because: because(need.error) }),
        href: `/retirements/${need.id}`,
        action: t("see"),
      };
    case "build":
      return {
        glyph: "fail",
        name: need.app,
        text: t("build", { number: need.number, ref: need.ref, because: because(need.error) }),
        href: `/services/${need.app}/builds/${need.id}`,
        action: t("openLog"),
      };
    case "release":
      return {
        glyph: "fail",
        name: need.app,
        place: { environment: need.environment, prod: need.purpose === "prod" },
        text: t("release", { number: need.number, because: because(need.error) }),
        href: `/services/${need.app}/releases/${need.id}`,
        action: t("see"),
      };
    case "health":
      return {
        glyph: GLYPH_OF.health[need.health],
        name: need.app,
        place: { environment: need.environment, prod: need.purpose === "prod" },
        text: need.error ? publicText(need.error) : t("health", { ready: need.ready, wanted: need.wanted }),
        href: `/services/${need.app}`,
        action: t("see"),
      };
    case "draft":
      return {
        glyph: "none",
        name: need.name ?? t("unnamed"),
        text: t("draft", { step: need.step }),
        href: `/services/new?draft=${need.id}&step=${need.step}`,
        action: t("continue"),
      };
  }
}
