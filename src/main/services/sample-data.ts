// A labelled sample set, drawn: cells as under a microscope, the same pictures every time. For a first try where no
// images are at hand.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { Rng } from '../detector/data/rng.ts';

interface Cell {
  readonly name: SampleClass;
  readonly x: number;
  readonly y: number;
  readonly rx: number;
  readonly ry: number;
  readonly turn: number;
}

type SampleClass = 'red-cell' | 'white-cell' | 'platelet';

const width = 320;
const height = 240;

/** How large each kind is, as the radius in pixels, and how many a picture has. */
const kinds: Readonly<
  Record<SampleClass, { radius: readonly [number, number]; count: readonly [number, number] }>
> = {
  'white-cell': { radius: [26, 36], count: [0, 2] },
  'red-cell': { radius: [15, 20], count: [5, 12] },
  platelet: { radius: [8, 12], count: [1, 5] },
};

/** Draws `count` pictures with Pascal VOC labels and a fixed split into `folder`. */
export async function drawSampleData(folder: string, count: number, seed = 0): Promise<void> {
  for (const part of ['JPEGImages', 'Annotations', 'ImageSets/Main']) {
    mkdirSync(join(folder, part), { recursive: true });
  }
  const names = Array.from({ length: count }, (_, index) => `sample_${String(index).padStart(4, '0')}`);
  for (const [index, name] of names.entries()) {
    const rng = Rng.seeded(seed, 'sample', index);
    const cells = placeCells(rng);
    const svg = Buffer.from(drawCells(cells, rng));
    await sharp(svg)
      .jpeg({ quality: 92 })
      .toFile(join(folder, 'JPEGImages', `${name}.jpg`));
    writeFileSync(join(folder, 'Annotations', `${name}.xml`), vocXml(name, cells));
  }
  const [val, test] = [Math.floor(count * 0.7), Math.floor(count * 0.85)];
  const splits = { train: names.slice(0, val), val: names.slice(val, test), test: names.slice(test) };
  for (const [split, members] of Object.entries(splits)) {
    writeFileSync(join(folder, 'ImageSets/Main', `${split}.txt`), `${members.join('\n')}\n`);
  }
}

/** Cells that hardly overlap; one without room is left out. */
function placeCells(rng: Rng): Cell[] {
  const cells: Cell[] = [];
  for (const [name, { radius, count }] of Object.entries(kinds)) {
    const wanted = count[0] + rng.below(count[1] - count[0] + 1);
    for (let i = 0; i < wanted; i++) {
      const rx = rng.between(...radius);
      const cell = {
        name: name as SampleClass,
        x: rng.between(rx, width - rx),
        y: rng.between(rx, height - rx),
        rx,
        ry: rx * rng.between(0.85, 1.15),
        turn: rng.between(0, 180),
      };
      const free = cells.every(
        (other) => Math.hypot(cell.x - other.x, cell.y - other.y) > 0.9 * (rx + other.rx),
      );
      if (free) cells.push(cell);
    }
  }
  return cells;
}

function drawCells(cells: readonly Cell[], rng: Rng): string {
  const tint = () => Math.round(rng.between(-8, 8));
  const background = `rgb(${226 + tint()},${214 + tint()},${206 + tint()})`;
  const shapes = cells.map(
    (cell) => `<g transform="translate(${cell.x} ${cell.y}) rotate(${cell.turn})">${shapeOf(cell, tint)}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="${background}"/>${shapes.join('')}</svg>`;
}

function shapeOf({ name, rx, ry }: Cell, tint: () => number): string {
  const ellipse = (scale: number, fill: string, more = '') =>
    `<ellipse rx="${rx * scale}" ry="${ry * scale}" fill="${fill}" ${more}/>`;
  if (name === 'platelet') return ellipse(1, `rgb(${150 + tint()},${110 + tint()},${170 + tint()})`);
  if (name === 'red-cell') {
    const rim = `rgb(${214 + tint()},${140 + tint()},${140 + tint()})`;
    return ellipse(1, rim) + ellipse(0.45, `rgb(${226 + tint()},${172 + tint()},${168 + tint()})`);
  }
  const nucleus = `rgb(${96 + tint()},${62 + tint()},${140 + tint()})`;
  const lobes = [-0.35, 0.05, 0.4].map(
    (at) =>
      `<ellipse cx="${rx * at}" cy="${ry * (0.25 - Math.abs(at))}" rx="${rx * 0.36}" ry="${ry * 0.4}" fill="${nucleus}"/>`,
  );
  return ellipse(1, `rgb(${206 + tint()},${196 + tint()},${222 + tint()})`) + lobes.join('');
}

/** The rectangle around a turned ellipse, cut at the picture's edge. */
function boundsOf({ x, y, rx, ry, turn }: Cell): readonly [number, number, number, number] {
  const angle = (turn * Math.PI) / 180;
  const dx = Math.hypot(rx * Math.cos(angle), ry * Math.sin(angle));
  const dy = Math.hypot(rx * Math.sin(angle), ry * Math.cos(angle));
  const inside = (value: number, limit: number) => Math.min(limit, Math.max(0, Math.round(value)));
  return [inside(x - dx, width), inside(y - dy, height), inside(x + dx, width), inside(y + dy, height)];
}

function vocXml(name: string, cells: readonly Cell[]): string {
  const objects = cells.map((cell) => {
    const [xmin, ymin, xmax, ymax] = boundsOf(cell);
    return `  <object>
    <name>${cell.name}</name>
    <bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox>
  </object>`;
  });
  return `<annotation>
  <filename>${name}.jpg</filename>
  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>
${objects.join('\n')}
</annotation>
`;
}
