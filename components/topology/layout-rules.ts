export type Box = { x: number; y: number; width: number; height: number };
export type Layout = { height: number; boxes: Box[][]; paths: string[]; isNarrow: boolean };

export const NODE_HEIGHT = 44;
const GAP = 8;
/** Between columns, wide enough for a curve; between groups, for an arrow. */
const COLUMN_GAP = 40;
const GROUP_GAP = 24;
/** Below this a column would be too narrow for a name. */
const LEAST_COLUMN = 132;

const stack = (count: number): number => count * NODE_HEIGHT + Math.max(0, count - 1) * GAP;

/**
 * Where the nodes of each column lie in so much width, and the lines between neighbouring columns: side by side where
 * there is room, one group below the other on a phone. Pixels.
 */
export function layoutOf(counts: readonly number[], width: number): Layout {
  const columnWidth = (width - COLUMN_GAP * Math.max(0, counts.length - 1)) / Math.max(1, counts.length);
  return columnWidth < LEAST_COLUMN ? stacked(counts, width) : sideBySide(counts, Math.min(columnWidth, 240), width);
}

function sideBySide(counts: readonly number[], width: number, room: number): Layout {
  const height = Math.max(0, ...counts.map(stack));
  const gap = counts.length > 1 ? (room - width * counts.length) / (counts.length - 1) : 0;
  const boxes = counts.map((count, column) => {
    const top = (height - stack(count)) / 2;
    return Array.from({ length: count }, (_, row) => ({
      x: column * (width + gap),
      y: top + row * (NODE_HEIGHT + GAP),
      width,
      height: NODE_HEIGHT,
    }));
  });
  const paths = pairs(boxes).flatMap(([from, to]) =>
    from.flatMap((a) => to.map((b) => curve(a.x + a.width, middle(a), b.x, middle(b)))),
  );
  return { height, boxes, paths, isNarrow: false };
}

function stacked(counts: readonly number[], width: number): Layout {
  let y = 0;
  const boxes = counts.map((count, group) => {
    if (group > 0) y += GROUP_GAP - GAP;
    return Array.from({ length: count }, () => {
      const box = { x: 0, y, width, height: NODE_HEIGHT };
      y += NODE_HEIGHT + GAP;
      return box;
    });
  });
  const paths = pairs(boxes).flatMap(([from, to]) => {
    const [last, first] = [from.at(-1), to[0]];
    return last && first ? [`M${width / 2} ${last.y + last.height}V${first.y}`] : [];
  });
  return { height: Math.max(0, y - GAP), boxes, paths, isNarrow: true };
}

const pairs = (boxes: Box[][]): [Box[], Box[]][] => boxes.slice(1).map((to, index) => [boxes[index] ?? [], to]);
const middle = ({ y, height }: Box): number => y + height / 2;
const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const half = (x1 + x2) / 2;
  return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
};
