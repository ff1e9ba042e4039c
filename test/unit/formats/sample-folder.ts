// Small folders of images and label files for the format tests, removed at the end.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll } from 'vitest';
import type { StagedBox } from '../../../src/main/formats/staged.ts';

/** The blood-cell data set, read where it lies. */
export const bccdDir =
  process.env.BCCD_DIR ?? fileURLToPath(new URL('../../../../shared/data/bccd', import.meta.url));

export function newFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'formats-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A grey image of `width` x `height` stored pixels; EXIF orientations above 4 turn it by a quarter. */
export async function putImage(file: string, width = 40, height = 30, orientation?: number): Promise<string> {
  mkdirSync(dirname(file), { recursive: true });
  const image = sharp({ create: { width, height, channels: 3, background: '#808080' } });
  await (orientation === undefined ? image : image.withMetadata({ orientation })).toFile(file);
  return file;
}

/** Writes `files`, by path below `dir`. */
export function putFiles(dir: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

/** A new folder with images (40 x 30) and files; what is neither text nor bytes is written as JSON. */
export async function folderOf(
  images: readonly string[],
  files: Readonly<Record<string, unknown>>,
): Promise<string> {
  const dir = newFolder();
  for (const name of images) await putImage(join(dir, name));
  const isText = (content: unknown) => typeof content === 'string' || Buffer.isBuffer(content);
  const texts = Object.entries(files).map(([name, content]) => [
    name,
    isText(content) ? content : JSON.stringify(content),
  ]);
  putFiles(dir, Object.fromEntries(texts));
  return dir;
}

const nobody = 65_534;

/** Runs `work` while `closed`, in the sample folder `dir`, may not be read; root, who may read everything, is nobody meanwhile. */
export async function withoutRights<T>(dir: string, closed: string, work: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(dir, 0o755);
  chmodSync(closed, 0);
  if (isRoot) process.seteuid?.(nobody);
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(closed, 0o700);
  }
}

export function cornersOf(boxes: readonly StagedBox[] = []): number[][] {
  return boxes.map(({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]);
}

/** Every file below `dir` with its bytes, as text. */
export function contentOf(dir: string): Record<string, string> {
  const names = readdirSync(dir, { recursive: true }).map(String).sort();
  const files = names.filter((name) => statSync(join(dir, name)).isFile());
  return Object.fromEntries(
    files.map((name) => [relative('.', name), readFileSync(join(dir, name), 'latin1')]),
  );
}

/** A VOC object with corners as written. */
export function vocObject(name: string, corners: readonly (string | number)[], more = ''): string {
  const [xmin, ymin, xmax, ymax] = corners;
  const box = `<xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax>`;
  return `<object><name>${name}</name>${more}<bndbox>${box}</bndbox></object>`;
}

export function vocText(filename: string, ...parts: string[]): string {
  return `<annotation><filename>${filename}</filename>${parts.join('')}</annotation>`;
}
