// The answer of every assigner.

export const BACKGROUND = -1;
export const IGNORED = -2;

export interface Assignment {
  /** box index, BACKGROUND or IGNORED of each anchor: [A] */
  readonly matchedIdxs: Int32Array;
  /** cost (or IoU) by which a matched anchor was won, -1 where none: [A] */
  readonly maxCost: Float32Array;
}

/** An assignment where every valid anchor is background and the others are ignored. */
export function backgroundAssignment(valid: Uint8Array): Assignment {
  const matchedIdxs = new Int32Array(valid.length);
  for (let a = 0; a < valid.length; a++) matchedIdxs[a] = valid[a] ? BACKGROUND : IGNORED;
  return { matchedIdxs, maxCost: new Float32Array(valid.length).fill(-1) };
}
