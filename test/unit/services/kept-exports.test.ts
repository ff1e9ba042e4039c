// Exports in a project's folder: only what we wrote is given away or deleted.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportArchive, keptExports, removeExport } from '../../../src/main/services/kept-exports.ts';
import { resolveRecipe } from '../../../src/main/services/recipes.ts';
import { temporaryFolder, temporaryProject } from './temporary.ts';

const card = {
  version: 1,
  weights: 'model.onnx',
  classes: ['cell'],
  recipe: resolveRecipe({ preset: 'fast' }),
  run: 'r1',
  metrics: {},
};

function anExport() {
  const project = temporaryProject();
  const folder = join(project.dir, 'exports');
  const dir = join(folder, 'r1-onnx');
  mkdirSync(join(dir, 'parts'), { recursive: true });
  writeFileSync(join(dir, 'card.json'), JSON.stringify(card));
  writeFileSync(join(dir, 'parts', 'a.bin'), 'weights');
  return { project, folder, dir };
}

describe('exports of a project', () => {
  it('are given away file by file, without what a link leads to', () => {
    const { project, dir } = anExport();
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'secret'), 'mine');
    symlinkSync(join(elsewhere, 'secret'), join(dir, 'secret'));
    symlinkSync(elsewhere, join(dir, 'all'));
    const { name, files } = exportArchive(project, 'r1-onnx');
    expect(name).toBe('r1-onnx');
    expect(files.map(({ path }) => path)).toEqual(['card.json', 'parts/a.bin']);
  });

  it('are deleted, but neither what lies outside nor a folder that we did not write', () => {
    const { project, folder, dir } = anExport();
    symlinkSync(dir, join(folder, 'link'));
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'card.json'), '{}');
    writeFileSync(join(project.dir, 'card.json'), JSON.stringify(card));
    for (const name of ['link', 'mine', '..', 'none'])
      expect(() => removeExport(project, name), name).toThrow(/no export/);
    expect(existsSync(join(dir, 'card.json'))).toBe(true);
    removeExport(project, 'r1-onnx');
    expect(existsSync(dir)).toBe(false);
    expect(keptExports(project)).toEqual([]);
  });
});
