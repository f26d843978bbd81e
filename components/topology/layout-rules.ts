export type Box = { x: number; y: number; width: number; height: number };
export type Layout = { height: number; boxes: Box[][]; paths: string[]; isNarrow: boolean };
/** Whether a node of a column, and one of the next, are joined. */
export type IsJoined = (column: number, row: number, nextRow: number) => boolean;

/** Of a node with two lines of text, and with three. */
export const NODE_HEIGHT = 44;
export const TALL_NODE_HEIGHT = 60;
const GAP = 8;
/** Between columns, wide enough for a curve; between groups, for an arrow. */
const COLUMN_GAP = 40;
const GROUP_GAP = 24;
/** Below this a column would be too narrow for a name. */
const LEAST_COLUMN = 132;

const stack = (heights: readonly number[]): number =>
  heights.reduce((sum, height) => sum + height, 0) + Math.max(0, heights.length - 1) * GAP;

/**
 * Where the nodes of each column lie, so high, in so much width, and the lines between neighbouring columns: side by side
 * where there is room, one group below the other on a phone. Pixels.
 */
export function layoutOf(
  heights: readonly (readonly number[])[],
  width: number,
  isJoined: IsJoined = () => true,
): Layout {
  const columnWidth = (width - COLUMN_GAP * Math.max(0, heights.length - 1)) / Math.max(1, heights.length);
  return columnWidth < LEAST_COLUMN
    ? stacked(heights, width)
    : sideBySide(heights, Math.min(columnWidth, 240), width, isJoined);
}

function sideBySide(heights: readonly (readonly number[])[], width: number, room: number, isJoined: IsJoined): Layout {
  const height = Math.max(0, ...heights.map(stack));
  const gap = heights.length > 1 ? (room - width * heights.length) / (heights.length - 1) : 0;
  const boxes = heights.map((own, column) =>
    below((height - stack(own)) / 2, own).map((box) => ({ ...box, x: column * (width + gap), width })),
  );
  const paths = pairs(boxes).flatMap(([from, to], column) =>
    from.flatMap((a, row) =>
      to.flatMap((b, next) => (isJoined(column, row, next) ? curve(a.x + a.width, middle(a), b.x, middle(b)) : [])),
    ),
  );
  return { height, boxes, paths, isNarrow: false };
}

function stacked(heights: readonly (readonly number[])[], width: number): Layout {
  let end = 0;
  const boxes = heights.map((own, group) => {
    const column = below(group > 0 ? end + GROUP_GAP : 0, own).map((box) => ({ ...box, x: 0, width }));
    end = bottom(column) ?? end;
    return column;
  });
  const paths = pairs(boxes).flatMap(([from, to]) => {
    const [start, first] = [bottom(from), to[0]];
    return start !== undefined && first ? [`M${width / 2} ${start}V${first.y}`] : [];
  });
  return { height: end, boxes, paths, isNarrow: true };
}

/** One below the other, from `top` on. */
const below = (top: number, heights: readonly number[]): Pick<Box, "y" | "height">[] =>
  heights.map((height, row) => ({ y: top + stack(heights.slice(0, row)) + (row > 0 ? GAP : 0), height }));

const bottom = (boxes: readonly Box[]): number | undefined => {
  const last = boxes.at(-1);
  return last && last.y + last.height;
};
const pairs = (boxes: Box[][]): [Box[], Box[]][] => boxes.slice(1).map((to, index) => [boxes[index] ?? [], to]);
const middle = ({ y, height }: Box): number => y + height / 2;
const curve = (x1: number, y1: number, x2: number, y2: number): string => {
  const half = (x1 + x2) / 2;
  return `M${x1} ${y1}C${half} ${y1} ${half} ${y2} ${x2} ${y2}`;
};
