// Distances from a reference's centre to the four sides of a box (FSAF's and FCOS's coders in one).

import type { BoxCoder } from './box-coder.ts';

export interface DistanceUnits {
  /** order of the four numbers: top, bottom, left, right or left, top, right, bottom */
  readonly order: 'tblr' | 'ltrb';
  /** one unit as a part of the reference's side; undefined: pixels */
  readonly partOfSide?: number;
}

/** DDOD-FCOS: t, b, l, r in strides, from anchors of 8 strides; may go negative. */
export const tblrOfAnchors = distanceCoder({ order: 'tblr', partOfSide: 1 / 8 });

/** FCOS: l, t, r, b in strides, from the grid of `pointGenerator`, whose cells are one stride wide. */
export const ltrbOfPoints = distanceCoder({ order: 'ltrb', partOfSide: 1 });

/** A coder of distances to the sides of a box; distances may be negative, a decoded box may be inside out. */
export function distanceCoder(units: DistanceUnits): BoxCoder {
  // for each side x1, y1, x2, y2: where its distance stands among the four
  const slots = units.order === 'tblr' ? [2, 0, 3, 1] : [0, 1, 2, 3];
  const unitOf = (refs: Float32Array, q: number, axis: number): number =>
    units.partOfSide === undefined
      ? 1
      : units.partOfSide * ((refs[q + 2 + axis] as number) - (refs[q + axis] as number));
  const centreOf = (refs: Float32Array, q: number, axis: number): number =>
    ((refs[q + axis] as number) + (refs[q + 2 + axis] as number)) * 0.5;
  return {
    encodeAt(refs, r, boxes, i, out, o) {
      for (let side = 0; side < 4; side++) {
        const axis = side & 1;
        const away = (boxes[i * 4 + side] as number) - centreOf(refs, r * 4, axis);
        out[o + (slots[side] as number)] = (side < 2 ? -away : away) / unitOf(refs, r * 4, axis);
      }
    },
    decodeAt(refs, r, preds, i, out, o) {
      for (let side = 0; side < 4; side++) {
        const axis = side & 1;
        const away = (preds[i * 4 + (slots[side] as number)] as number) * unitOf(refs, r * 4, axis);
        out[o + side] = centreOf(refs, r * 4, axis) + (side < 2 ? -away : away);
      }
    },
  };
}
