"use client";

import { useTranslations } from "use-intl";
import type { MovingItem } from "#lib/releases/gateway/schema";
import { useSentence } from "../ui/sentences-context.tsx";
import { ToldList } from "./told-list.tsx";

/** What else comes of a move: services that stay for want of a certificate, certificates that will be complained of, canaries that end. */
export function MoveNews({ moves }: { moves: MovingItem[] }) {
  const t = useTranslations("gateways.dialog");
  const sentence = useSentence();
  const faults = moves.flatMap(({ app, certificates }) =>
    certificates.map(({ hosts, stays, error }) => ({ app, hosts, stays, error })),
  );
  const told = (stays: boolean) => {
    const of = faults.filter((fault) => fault.stays === stays);
    return {
      services: new Set(of.map(({ app }) => app)).size,
      next: [...new Set(of.map(({ error }) => error.next ?? ""))].map(sentence).join(" "),
      rows: of.map(({ app, hosts, error }) => ({
        of: `${app} · ${hosts.join(", ")}`,
        glyph: stays ? ("fail" as const) : ("warn" as const),
        words: sentence(error.message),
      })),
    };
  };
  const [staying, warned] = [told(true), told(false)];
  const trials = moves.flatMap(({ app, trial }) =>
    trial === null ? [] : [{ of: app, glyph: "warn" as const, words: t("trial", trial) }],
  );
  return (
    <>
      <ToldList title={t("staying", { count: staying.services })} {...staying} />
      <ToldList title={t("warned", { count: warned.services })} {...warned} />
      <ToldList title={t("trials", { count: trials.length })} rows={trials} next={t("trialsNext")} />
    </>
  );
}
