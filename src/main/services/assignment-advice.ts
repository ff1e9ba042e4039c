// What follows from boxes that nothing learns: larger input, tiles, or other strides, in sentences.
import type { UnlearntBox } from '../../shared/contract/glass-box.ts';

/** Pixels from one cell to the next on the finest level: a box that holds no cell's centre cannot be learnt. */
const FINEST_STRIDE = 8;
/** Past this an input costs more than tiles do. */
const LARGEST_INPUT = 1536;
/** Share of the boxes below which nothing needs to be done. */
const NEGLIGIBLE = 0.002;

export interface Surveyed {
  readonly boxes: number;
  readonly unlearnt: readonly Pick<UnlearntBox, 'why' | 'side'>[];
  /** The longer side of the network's input. */
  readonly input: number;
}

/** Sentences, the most useful first. */
export function adviceFor({ boxes, unlearnt, input }: Surveyed): string[] {
  if (boxes === 0) return ['There is no labelled box yet.'];
  if (unlearnt.length === 0) return ['Every box is learnt somewhere: size and levels fit the data.'];
  const share = percent(unlearnt.length / boxes);
  const small = unlearnt.filter(({ why }) => why === 'too small');
  const crowded = unlearnt.length - small.length;
  const lead = `${share} of the boxes (${unlearnt.length} of ${boxes}) are learnt nowhere.`;
  if (unlearnt.length / boxes < NEGLIGIBLE) return [lead, 'That is too few to matter.'];
  return [lead, ...forSmall(small, input), ...forCrowded(crowded)];
}

function forSmall(small: readonly Pick<UnlearntBox, 'side'>[], input: number): string[] {
  if (small.length === 0) return [];
  const sides = small.map(({ side }) => side).sort((a, b) => a - b);
  // nine in ten of them hold a cell then
  const side = sides[Math.floor(sides.length * 0.1)] ?? FINEST_STRIDE;
  const wanted = Math.ceil((input * FINEST_STRIDE) / Math.max(side, 0.5) / 32) * 32;
  const what = `${small.length} of them ${small.length === 1 ? 'is' : 'are'} too small: no cell of the finest level, every ${FINEST_STRIDE} pixels, has its centre inside.`;
  if (wanted <= input) return [what, 'They lie between the cells: a slightly larger input moves the cells.'];
  if (wanted <= LARGEST_INPUT)
    return [what, `Train with a larger input: ${wanted} pixels instead of ${input}.`];
  return [
    what,
    `An input of ${wanted} pixels would be needed: cut the images in tiles, or add a finer level (stride 4).`,
  ];
}

function forCrowded(crowded: number): string[] {
  if (crowded === 0) return [];
  const what = `${crowded} of them ${crowded === 1 ? 'loses its' : 'lose their'} cells to boxes that overlap them.`;
  return [what, 'A larger input gives each more cells; where boxes are labelled twice, delete one.'];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
