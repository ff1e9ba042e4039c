// Projects of large drawn images: noise, so that they weigh what photographs do, with a mark of fine stripes in the middle.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { StagedBox } from '../../src/main/formats/staged.ts';
import { createProject } from '../../src/main/services/projects.ts';

export interface LargeImage {
  readonly width: number;
  readonly height: number;
  /** How many boxes of three classes are strewn over it. */
  readonly boxes?: number;
}

/** Side of the mark. */
export const STRIPES = 400;

/** Makes the images and a project with them; returns the project's folder. */
export async function largeProject(folder: string, images: readonly LargeImage[]): Promise<string> {
  const dir = join(folder, 'project');
  mkdirSync(join(folder, 'pictures'), { recursive: true });
  const staged = [];
  for (const [index, image] of images.entries()) {
    const path = join(folder, 'pictures', `large_${index}.jpg`);
    await drawImage(path, image);
    const { width, height, boxes = 0 } = image;
    staged.push({ path, width, height, orientation: 1, boxes: strewn(image, boxes) });
  }
  const project = createProject(dir, 'Large images');
  const classes = ['one', 'two', 'three'].map((name) => ({ name }));
  const dataset = { format: 'coco', classes, images: staged, skipped: [], warnings: [] };
  project.datasets.commit(dataset, { session: 'test' });
  project.close();
  return dir;
}

async function drawImage(path: string, { width, height }: LargeImage): Promise<void> {
  const noise = { type: 'gaussian', mean: 140, sigma: 18 } as const;
  await sharp({ create: { width, height, channels: 3, background: '#808080', noise } })
    .composite([{ input: stripes(), raw: { width: STRIPES, height: STRIPES, channels: 3 } }])
    .jpeg({ quality: 92 })
    .toFile(path);
}

/** Columns of a pixel, black and white by turns. */
function stripes(): Buffer {
  return Buffer.from(
    Array.from({ length: STRIPES * STRIPES * 3 }, (_, at) => (Math.floor(at / 3) % 2 === 0 ? 0 : 255)),
  );
}

function strewn({ width, height }: LargeImage, count: number): StagedBox[] {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
  return Array.from({ length: count }, (_, index) => {
    const side = 20 + 60 * random();
    const [x, y] = [random() * (width - side), random() * (height - side)];
    return { classIndex: index % 3, x1: x, y1: y, x2: x + side, y2: y + side };
  });
}
