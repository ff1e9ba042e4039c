// Base anchors of one cell: the boxes every cell of a level repeats, centred at (0, 0).

export interface AnchorSpec {
  readonly strides: readonly number[];
  /** height / width of the anchors */
  readonly ratios: readonly number[];
  /** side of the smallest anchor in strides */
  readonly octaveBaseScale: number;
  readonly scalesPerOctave: number;
}

/** DDOD and ATSS: one square anchor a cell, side 8 strides. */
export const squareAnchors = {
  strides: [8, 16, 32, 64, 128],
  ratios: [1],
  octaveBaseScale: 8,
  scalesPerOctave: 1,
} satisfies AnchorSpec;

/** RetinaNet: nine anchors a cell, three ratios by three scales. */
export const retinaAnchors = {
  strides: [8, 16, 32, 64, 128],
  ratios: [0.5, 1, 2],
  octaveBaseScale: 4,
  scalesPerOctave: 3,
} satisfies AnchorSpec;

/** Anchors that one cell carries: ratios x scales. */
export function anchorsPerCell(spec: AnchorSpec): number {
  return spec.ratios.length * spec.scalesPerOctave;
}

/** The anchors around (0, 0) for one stride, ratio-major then scale: [B, 4] xyxy in pixels. */
export function baseAnchors(spec: AnchorSpec, stride: number): Float64Array {
  const boxes = new Float64Array(anchorsPerCell(spec) * 4);
  let o = 0;
  for (const ratio of spec.ratios) {
    for (let s = 0; s < spec.scalesPerOctave; s++) {
      const side = stride * spec.octaveBaseScale * 2 ** (s / spec.scalesPerOctave);
      const halfWidth = (side / Math.sqrt(ratio)) * 0.5;
      const halfHeight = side * Math.sqrt(ratio) * 0.5;
      boxes.set([-halfWidth, -halfHeight, halfWidth, halfHeight], o);
      o += 4;
    }
  }
  return boxes;
}
