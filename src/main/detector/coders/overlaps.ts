// Overlap of two boxes held in arrays; float32 arithmetic step by step, so that thresholds and ties fall as in PyTorch.

const f = Math.fround;
const MIN_UNION = f(1e-6);

type Boxes = Float32Array;

/** Area of box `i` of `boxes` [N, 4] xyxy. */
export function areaAt(boxes: Boxes, i: number): number {
  const o = i * 4;
  return f(f(at(boxes, o + 2) - at(boxes, o)) * f(at(boxes, o + 3) - at(boxes, o + 1)));
}

/** Area that box `i` of `a` shares with box `j` of `b`, 0 where they are apart. */
export function intersectionAt(a: Boxes, i: number, b: Boxes, j: number): number {
  const p = i * 4;
  const q = j * 4;
  const width = f(Math.min(at(a, p + 2), at(b, q + 2)) - Math.max(at(a, p), at(b, q)));
  if (!(width > 0)) return 0;
  const height = f(Math.min(at(a, p + 3), at(b, q + 3)) - Math.max(at(a, p + 1), at(b, q + 1)));
  return height > 0 ? f(width * height) : 0;
}

/** Intersection over union of box `i` of `a` and box `j` of `b`: 0..1. */
export function iouAt(a: Boxes, i: number, b: Boxes, j: number): number {
  const shared = intersectionAt(a, i, b, j);
  if (shared === 0) return 0;
  const union = f(f(areaAt(a, i) + areaAt(b, j)) - shared);
  return f(shared / Math.max(union, MIN_UNION));
}

/** Intersection over the area of box `i` of `a` (the foreground): 0..1. */
export function iofAt(a: Boxes, i: number, b: Boxes, j: number): number {
  const shared = intersectionAt(a, i, b, j);
  return shared === 0 ? 0 : f(shared / Math.max(areaAt(a, i), MIN_UNION));
}

function at(array: Boxes, index: number): number {
  return array[index] as number;
}
