// What the third branch learns of a box: its IoU, or how central the anchor lies in it (FCOS, section 3.2).

export type BoxQuality = 'iou' | 'centerness';

/** Centerness of anchor `a` in box `g`, 0..1: 1 where its centre is the box's, 0 on an edge. The centre lies inside. */
export function centernessAt(anchors: Float32Array, a: number, gtBoxes: Float32Array, g: number): number {
  return Math.sqrt(
    balanceAt(anchors, a * 4, gtBoxes, g * 4) * balanceAt(anchors, a * 4 + 1, gtBoxes, g * 4 + 1),
  );
}

/** The nearer edge's distance over the farther's, on the axis whose low corners are at offsets `a` and `g`. */
function balanceAt(anchors: Float32Array, a: number, gtBoxes: Float32Array, g: number): number {
  const centre = ((anchors[a] as number) + (anchors[a + 2] as number)) / 2;
  const before = centre - (gtBoxes[g] as number);
  const after = (gtBoxes[g + 2] as number) - centre;
  return Math.min(before, after) / Math.max(before, after);
}
