import { Graph, layout } from "@dagrejs/dagre";
import type { CallsEdge, CallsNode } from "#lib/topology/calls-schema";
import { type Box, NODE_HEIGHT } from "./layout-rules.ts";

const NODE_WIDTH = 168;
const LABEL = { width: 112, height: 18 };
const LOOP_WIDTH = 144;
const MARGIN = 1;

export type CallsLayout = {
  width: number;
  height: number;
  boxes: { node: CallsNode; box: Box }[];
  /** `label`: the middle of its words, where no node lies. */
  arrows: { edge: CallsEdge; path: string; label: { x: number; y: number } }[];
};

/** Callers left of what they call, with as few crossings as there must be, and room for each arrow's words. Pixels. */
export function layoutOfCalls(nodes: readonly CallsNode[], edges: readonly CallsEdge[]): CallsLayout {
  const graph = new Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 20, edgesep: 16, ranksep: 32, marginx: MARGIN, marginy: MARGIN });
  for (const { id } of nodes) graph.setNode(id, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { from, to } of edges) graph.setEdge(from, to, { ...LABEL, labelpos: "c" });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxes: nodes.map((node) => {
      const { x, y } = graph.node(node.id);
      return {
        node,
        box: { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2, width: NODE_WIDTH, height: NODE_HEIGHT },
      };
    }),
    arrows: edges.map((edge) => {
      const { points, x, y } = graph.edge(edge.from, edge.to);
      const path = edge.from === edge.to ? loop(graph.node(edge.from), y) : smooth(points);
      return { edge, path, label: { x, y } };
    }),
  };
}

type Point = { x: number; y: number };

/** Out of a box and back into it from below, around the words that stand at `bottom`: dagre's own way ends in mid-air. */
function loop({ x, y }: Point, bottom: number): string {
  const [left, right, top] = [x - LOOP_WIDTH / 2, x + LOOP_WIDTH / 2, y + NODE_HEIGHT / 2];
  return `M${right} ${top}Q${right} ${bottom} ${x} ${bottom}Q${left} ${bottom} ${left} ${top}`;
}

/** A line through the middles between points, bent at the points: it has no corner. */
function smooth([first, ...rest]: readonly Point[]): string {
  if (!first) return "";
  const last = rest.at(-1) ?? first;
  const bends = rest.slice(0, -1).map((bend, index) => {
    const next = rest[index + 1] ?? last;
    const end = index === rest.length - 2 ? last : { x: (bend.x + next.x) / 2, y: (bend.y + next.y) / 2 };
    return `Q${bend.x} ${bend.y} ${end.x} ${end.y}`;
  });
  return `M${first.x} ${first.y}${bends.length > 0 ? bends.join("") : `L${last.x} ${last.y}`}`;
}
