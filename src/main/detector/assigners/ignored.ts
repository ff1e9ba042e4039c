// Anchors mostly inside a region that must not be learnt from.

import { iofAt } from '../coders/overlaps.ts';

/** Part of an anchor's area inside an ignored region above which it is left out, for regions drawn by users. */
export const DEFAULT_IGNORE_IOF_THRESH = 0.5;

/**
 * `valid` [A] without the anchors whose area lies inside one of `ignoreBoxes` [I, 4] by more than `iofThresh`.
 * Returns `valid` itself where nothing is ignored; a threshold of 0 or less switches the rule off.
 */
export function withoutIgnored(
  valid: Uint8Array,
  boxes: Float32Array,
  ignoreBoxes: Float32Array | undefined,
  iofThresh: number = DEFAULT_IGNORE_IOF_THRESH,
): Uint8Array {
  if (ignoreBoxes === undefined || ignoreBoxes.length === 0 || iofThresh <= 0) return valid;
  const kept = valid.slice();
  for (let a = 0; a < kept.length; a++) {
    for (let i = 0; i * 4 < ignoreBoxes.length && kept[a]; i++) {
      if (iofAt(boxes, a, ignoreBoxes, i) > iofThresh) kept[a] = 0;
    }
  }
  return kept;
}
