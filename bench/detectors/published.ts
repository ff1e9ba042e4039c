// What mmdet took, as GOLDEN_DIR's tables state it (torch 2.1.2, 2 threads of an Intel Xeon with AVX-512).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Case, DetectorKind } from './cases.ts';

export interface Published {
  readonly seconds: number;
  /** Where the table has no column for memory it is left out. */
  readonly peakMb?: number;
  readonly source: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = process.env.GOLDEN_DIR ?? join(root, '../shared/golden');

/** The figures for a case; undefined where nobody published them or the tables are not on this computer. */
export function publishedFor(one: Case, detector: DetectorKind): Published | undefined {
  const place = one.published[detector];
  if (place === undefined || !existsSync(join(folder, place.file))) return undefined;
  const lines = readFileSync(join(folder, place.file), 'utf8').split('\n').map(cellsOf);
  let header: string[] = [];
  for (const cells of lines) {
    if (cells[1]?.startsWith('median s')) header = cells;
    if (cells.length === 0) header = [];
    if (header.length > 0 && cells[0] === place.row) {
      return { seconds: Number(cells[1]), ...peakOf(header, cells), source: `${place.file}, ${place.row}` };
    }
  }
  return undefined;
}

/** The cells of a line of a table; none for any other line. */
function cellsOf(line: string): string[] {
  return line.startsWith('|')
    ? line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim())
    : [];
}

function peakOf(header: readonly string[], cells: readonly string[]): { peakMb?: number } {
  const cell = cells[header.findIndex((title) => title.startsWith('peak RSS'))];
  if (cell === undefined) return {};
  return { peakMb: Number.parseFloat(cell) * (cell.endsWith('GB') ? 1000 : 1) };
}
