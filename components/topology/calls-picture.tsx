"use client";

import Link from "next/link";
import { useMemo } from "react";
import type { CallsNode, CallsView } from "#lib/topology/calls-schema";
import { useUnitWords } from "../metrics/use-unit-words.ts";
import classes from "./calls.module.css";
import { layoutOfCalls } from "./calls-layout-rules.ts";
import { useNodeName } from "./calls-words.ts";

/** Services as boxes, calls as arrows with rate, failures and p95. All of it stands in the table below, too. */
export function CallsPicture({ nodes, edges }: Pick<CallsView, "nodes" | "edges">) {
  const words = useUnitWords();
  const { width, height, boxes, arrows } = useMemo(() => layoutOfCalls(nodes, edges), [nodes, edges]);
  return (
    <div className={classes.scroll}>
      <div className={classes.picture} style={{ width, height }}>
        <svg width={width} height={height} aria-hidden="true">
          <defs>
            <marker id="calls-end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0 0L8 4L0 8Z" fill="context-stroke" />
            </marker>
          </defs>
          {arrows.map(({ edge, path }) => (
            <path key={`${edge.from} ${edge.to}`} d={path} data-state={edge.state} markerEnd="url(#calls-end)" />
          ))}
        </svg>
        {arrows.map(({ edge, label }) => (
          <span
            key={`${edge.from} ${edge.to}`}
            className={classes.figures}
            data-state={edge.state}
            style={{ left: label.x, top: label.y }}
            aria-hidden="true"
          >
            {words(edge.perSecond, "per-second")}
            {edge.errorShare > 0 && <b> {words(edge.errorShare, "share")}</b>}
            {edge.p95Ms !== null && ` · ${words(edge.p95Ms, "milliseconds")}`}
          </span>
        ))}
        {boxes.map(({ node, box }) => (
          <NodeBox
            key={node.id}
            node={node}
            style={{ left: box.x, top: box.y, width: box.width, height: box.height }}
          />
        ))}
      </div>
    </div>
  );
}

function NodeBox({ node, style }: { node: CallsNode; style: React.CSSProperties }) {
  const name = useNodeName()(node);
  if (node.app === null) {
    return (
      <span className={classes.node} style={style} title={name} aria-hidden="true">
        {name}
      </span>
    );
  }
  return (
    <Link className={classes.node} data-ours="" style={style} href={`/services/${node.app}`} title={name}>
      {name}
    </Link>
  );
}
