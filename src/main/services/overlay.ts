// A picture with the boxes that were found on it, for people who look rather than read.
import sharp from 'sharp';
import type { FoundObjects } from '../trainer/job.ts';
import { colourFor } from './class-colours.ts';

/** Draws `found` on the upright image `file` and writes a PNG to `target`. */
export async function drawOverlay(
  file: string,
  found: FoundObjects,
  classes: readonly string[],
  target: string,
): Promise<void> {
  const { data, info } = await sharp(file).rotate().toBuffer({ resolveWithObject: true });
  const svg = overlaySvg(info.width, info.height, found, classes);
  await sharp(data)
    .composite([{ input: Buffer.from(svg) }])
    .png()
    .toFile(target);
}

function overlaySvg(width: number, height: number, found: FoundObjects, classes: readonly string[]): string {
  const line = Math.max(1, Math.round(Math.min(width, height) / 240));
  const text = Math.max(10, Math.round(Math.min(width, height) / 36));
  const marks = found.scores.map((score, d) => {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = found.boxes.slice(d * 4, d * 4 + 4);
    const label = found.labels[d] ?? 0;
    const colour = colourFor(label);
    const name = `${classes[label] ?? ''} ${Math.round(score * 100)}`;
    const box = `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="${line}"/>`;
    return box + tag(name, x1, Math.max(0, y1 - text * 1.3), text, colour);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}

/** A name on a plate in the class' colour; the plate's width is a guess at the name's. */
function tag(name: string, x: number, y: number, size: number, colour: string): string {
  const plate = `<rect x="${x}" y="${y}" width="${name.length * size * 0.62}" height="${size * 1.3}" fill="${colour}"/>`;
  return `${plate}<text x="${x + size * 0.2}" y="${y + size}" font-family="sans-serif" font-size="${size}" fill="#111">${escapeXml(name)}</text>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
