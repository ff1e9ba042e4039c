// Between the head's maps, one tensor a level, and the assigners' view, one row an anchor with all levels in a row.

import type { AnchorGrid } from '../anchors/anchor-grid.ts';
import type { Tensor } from '../tf.ts';

/** Values of maps [N, H_l, W_l, C] as one array [N, A, C]. */
export function joinLevels(maps: readonly Tensor[], grid: AnchorGrid): Float32Array {
  const [images = 0, , , channels = 0] = maps[0]?.shape ?? [];
  const joined = new Float32Array(images * grid.numAnchors * channels);
  maps.forEach((map, l) => {
    const values = map.dataSync<'float32'>();
    const level = levelOf(grid, l);
    const size = level.count * channels;
    for (let n = 0; n < images; n++) {
      const target = (n * grid.numAnchors + level.start) * channels;
      joined.set(values.subarray(n * size, (n + 1) * size), target);
    }
  });
  return joined;
}

/** The part of an array [N, A, C] that belongs to level `l`, as [N, H_l * W_l, C]. */
export function cutLevel(
  joined: Float32Array,
  grid: AnchorGrid,
  l: number,
  images: number,
  channels: number,
): Float32Array {
  const level = levelOf(grid, l);
  const size = level.count * channels;
  const cut = new Float32Array(images * size);
  for (let n = 0; n < images; n++) {
    const start = (n * grid.numAnchors + level.start) * channels;
    cut.set(joined.subarray(start, start + size), n * size);
  }
  return cut;
}

export function levelOf(grid: AnchorGrid, l: number) {
  const level = grid.levels[l];
  if (level === undefined) throw new RangeError(`the grid has ${grid.levels.length} levels, not ${l + 1}`);
  return level;
}
