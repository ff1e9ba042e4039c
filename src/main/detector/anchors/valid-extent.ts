// Which cells of a batch's grid belong to an image: those under its own padded size, not the batch's.

import type { AnchorGrid, FeatureSize } from './anchor-grid.ts';

/** The valid top-left part of each level, in cells. */
export function validExtents(grid: AnchorGrid, padShape: FeatureSize): FeatureSize[] {
  return grid.levels.map((level) => ({
    height: Math.min(Math.ceil(padShape.height / level.stride), level.height),
    width: Math.min(Math.ceil(padShape.width / level.stride), level.width),
  }));
}

/** 1 for each anchor whose cell is in the image's padded size: [A]. */
export function validFlags(grid: AnchorGrid, padShape: FeatureSize): Uint8Array {
  const flags = new Uint8Array(grid.numAnchors);
  const extents = validExtents(grid, padShape);
  grid.levels.forEach((level, i) => {
    const { height, width } = extents[i] ?? { height: 0, width: 0 };
    for (let y = 0; y < height; y++) {
      const row = level.start + y * level.width * level.anchorsPerCell;
      flags.fill(1, row, row + width * level.anchorsPerCell);
    }
  });
  return flags;
}
