// Where the names of boxes stand on a small picture: never over one another, never beyond its edge.
import type { SeenBox } from '../../../shared/contract/recipes.ts';

export interface PlacedName {
  readonly box: SeenBox;
  readonly words: string;
  readonly x: number;
  /** Of the line that the letters stand on. */
  readonly y: number;
}

/** Width of a letter as a part of its height, on the safe side. */
const WIDTH = 0.62;
const GAP = 0.25;

/** Names above their boxes, or inside at the upper edge; the surest first, and none where another one is. */
export function placeNames(
  boxes: readonly SeenBox[],
  picture: { readonly width: number; readonly height: number },
  letter: number,
): PlacedName[] {
  const placed: (PlacedName & { readonly right: number })[] = [];
  for (const box of boxes.toSorted((a, b) => (b.score ?? 1) - (a.score ?? 1))) {
    const words = box.score === null ? box.className : `${box.className} ${box.score.toFixed(2)}`;
    const width = words.length * WIDTH * letter;
    const x = Math.max(0, Math.min(box.x, picture.width - width));
    const y = Math.max(letter, box.y - GAP * letter);
    const isFree = placed.every(
      (other) => x >= other.right || x + width <= other.x || Math.abs(y - other.y) >= letter * (1 + GAP),
    );
    if (isFree) placed.push({ box, words, x, y, right: x + width });
  }
  return placed;
}
