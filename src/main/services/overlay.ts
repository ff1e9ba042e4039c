// A picture with the boxes that were found on it, for people who look rather than read.
import sharp from 'sharp';
import type { FoundObjects } from '../trainer/job.ts';
import { colourFor } from './classes.ts';

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
    const name = `${escapeXml(classes[label] ?? '')} ${Math.round(score * 100)}`;
    return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="${line}"/>
<text x="${x1 + line}" y="${Math.max(text, y1 - line)}" font-family="sans-serif" font-size="${text}" fill="${colour}" stroke="#000" stroke-width="${text / 6}" paint-order="stroke">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${marks.join('')}</svg>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
