"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import type { TopologyNode } from "#lib/topology/schema";
import { useUnitWords } from "../metrics/use-unit-words.ts";
import { Glyph, type GlyphName } from "../ui/glyph.tsx";
import { RelativeTime } from "../ui/relative-time.tsx";
import { usePodWord } from "../ui/use-pod-word.ts";
import { NODE_HEIGHT, TALL_NODE_HEIGHT } from "./layout-rules.ts";
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

/** What was counted has a line of its own. */
export const heightOf = ({ calls }: TopologyNode): number => (calls === null ? NODE_HEIGHT : TALL_NODE_HEIGHT);

/** One node: what it is, its name, how it does and since when. It leads to where one sees or changes it. */
export function NodeCard({ app, node, release }: { app: string; node: TopologyNode; release: number | null }) {
  const t = useTranslations("topology");
  const word = useWord(node, release);
  const figures = useFigures(node.calls);
  const name = nameOf(node, t);
  const inside = (
    <>
      <span className={classes.head}>
        <Glyph name={GLYPHS[node.state]} small />
        <b title={name}>{name}</b>
      </span>
      <small>
        {t(`kind.${node.kind}`)} · {word}
        {node.at !== null && node.calls === null && (
          <>
            {" · "}
            <RelativeTime at={node.at} bare />
          </>
        )}
      </small>
      {figures !== null && <small title={figures}>{figures}</small>}
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

function nameOf({ kind, name, subset, share }: TopologyNode, t: Words): string {
  if (kind === "subset") return t(`subset.${subset ?? "stable"}`, { release: name, share: share ?? 0 });
  if (kind === "edge") return t(name === "istio" ? "gateway.istio" : "gateway.ingress");
  if (kind === "files") return t("files", { count: Number(name) });
  return name;
}

/** "4.2/s · 0.5% failed · 12 ms"; null where nothing was counted. */
function useFigures(calls: TopologyNode["calls"]): string | null {
  const t = useTranslations("topology");
  const words = useUnitWords();
  if (calls === null) return null;
  const { perSecond, errorShare, p95Ms } = calls;
  const said = [words(perSecond, "per-second"), t("failed", { share: words(errorShare, "share") })];
  if (p95Ms !== null) said.push(words(p95Ms, "milliseconds"));
  return said.join(" · ");
}

function useWord({ kind, state, status, proxies, calls }: TopologyNode, release: number | null): string {
  const t = useTranslations("topology");
  const podWord = usePodWord();
  if (proxies !== null) return t("proxies", proxies);
  if (status !== null && state !== "unknown") return podWord({ status, ready: state === "ok" });
  if (kind === "subset" && calls === null) return t("uncounted");
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
    case "subset":
      return `${base}/releases`;
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
