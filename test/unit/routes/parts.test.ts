// What a page is told of failures: sentences, also of what the file system reports.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { afterAll, describe, expect, it } from 'vitest';
import { createBackend } from '../../../src/main/backend.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';

describe('a failure that the file system reports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ddod-routes-'));
  process.env.DDOD_CONFIG_DIR = join(folder, 'config');
  const backend = createBackend();
  const asked = { context: { session: 'w1' } };
  afterAll(async () => {
    await backend.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('comes with a sentence and a remedy', async () => {
    const { imports, labelExports, projects } = backend.router;
    await drawSampleData(join(folder, 'in'), 2, 1);
    mkdirSync(join(folder, 'work'));
    const { id: project } = await call(projects.create, { dir: join(folder, 'work'), name: 'Test' }, asked);
    const found = await call(imports.preview, { project, source: join(folder, 'in'), format: 'auto' }, asked);
    const splits = { train: 'train', val: 'val', test: 'test', none: 'none' } as const;
    const { token } = found;
    await call(imports.run, { project, token, classes: {}, splits, deal: false, existing: 'merge' }, asked);
    const file = join(folder, 'notes.txt');
    writeFileSync(file, 'mine');
    const wish = { project, format: 'coco', finishedOnly: false, copyImages: false } as const;
    const written = call(labelExports.run, { ...wish, dir: join(file, 'out') }, asked);
    await expect(written).rejects.toMatchObject({
      code: 'PROBLEM',
      message: expect.stringContaining(file),
      data: { remedy: expect.any(String) },
    });
  });
});
