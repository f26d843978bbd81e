"use client";

import Link from "next/link";
import { useFormatter, useTranslations } from "use-intl";
import type { TopologyNode } from "#lib/topology/schema";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePodWord } from "../ui/use-pod-word.ts";
import classes from "./topology.module.css";

const GLYPHS: Record<TopologyNode["state"], GlyphName> = {
  ok: "ok",
  working: "working",
  warn: "warn",
  fail: "fail",
  unknown: "unknown",
  applied: "done",
  gone: "fail",
};

/** One node: what it is, its name, how it does and since when. It leads to where one sees or changes it. */
export function NodeCard({ app, node, release }: { app: string; node: TopologyNode; release: number | null }) {
  const t = useTranslations("topology");
  const word = useWord(node, release);
  const name = nameOf(node, t);
  const inside = (
    <>
      <span className={classes.head}>
        <Glyph name={GLYPHS[node.state]} small />
        <b title={name}>{name}</b>
      </span>
      <small>
        {t(`kind.${node.kind}`)} · {word}
        {node.at !== null && node.perSecond === null && (
          <>
            {" · "}
            <RelativeTime at={node.at} bare />
          </>
        )}
      </small>
    </>
  );
  const href = hrefOf(app, node);
  if (href === null) return <span className={classes.node}>{inside}</span>;
  return node.url === null ? (
    <Link className={classes.node} href={href}>
      {inside}
    </Link>
  ) : (
    <a className={classes.node} href={href} target="_blank" rel="noreferrer">
      {inside}
    </a>
  );
}

type Words = ReturnType<typeof useTranslations<"topology">>;

function nameOf({ kind, name }: TopologyNode, t: Words): string {
  if (kind === "edge") return t(name === "istio" ? "gateway.istio" : "gateway.ingress");
  if (kind === "files") return t("files", { count: Number(name) });
  return name;
}

function useWord({ state, status, proxies, perSecond }: TopologyNode, release: number | null): string {
  const t = useTranslations("topology");
  const format = useFormatter();
  const podWord = usePodWord();
  if (proxies !== null) return t("proxies", proxies);
  if (perSecond !== null)
    return t("callees", {
      rate: format.number(perSecond, { maximumSignificantDigits: 2 }),
      state: t(`state.${state}`),
    });
  if (status !== null && state !== "unknown") return podWord({ status, ready: state === "ok" });
  return state === "applied" && release !== null ? t("applied", { release }) : t(`state.${state}`);
}

/** Where one sees it, or changes it. */
function hrefOf(app: string, { kind, name, url, isOurs }: TopologyNode): string | null {
  const base = `/services/${app}`;
  switch (kind) {
    case "route":
      return url;
    case "edge":
    case "internal":
      return `${base}/settings?open=ports`;
    case "mesh":
      return `${base}/metrics`;
    case "pod":
      return `${base}/logs`;
    case "config":
    case "secret":
      return `${base}/config`;
    case "files":
    case "volume":
      return `${base}/settings?open=storage`;
    case "external":
      return `${base}/settings?open=egress`;
    case "callee":
      return isOurs ? `/services/${name}` : null;
  }
}
