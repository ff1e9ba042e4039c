// The blood-cell data set through every format and back.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { exportLabels } from '../../../src/main/formats/export.ts';
import type { StageReport } from '../../../src/main/formats/inspect.ts';
import { stageImport } from '../../../src/main/formats/stage.ts';
import type { StagedDataset } from '../../../src/main/formats/staged.ts';
import { bccdDir, contentOf, newFolder } from './sample-folder.ts';

const isThere = existsSync(join(bccdDir, 'Annotations'));
if (!isThere) console.info(`skipped: no blood-cell data set at ${bccdDir} (set BCCD_DIR)`);

describe.skipIf(!isThere)('BCCD', () => {
  let dataset: StagedDataset;
  let report: StageReport;
  const out = newFolder();

  beforeAll(async () => {
    ({ dataset, report } = await stageImport(bccdDir, { format: 'auto' }));
  });

  test('is read whole, with its splits and its two boxes without area', () => {
    expect(report).toMatchObject({
      format: 'voc',
      convention: 'voc-0-based',
      images: 364,
      boxes: 4886,
      splits: { train: 205, val: 87, test: 72, none: 0 },
      suspiciousCounts: { 'zero-size': 2, 'not-a-number': 0, 'out-of-image': 0 },
    });
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('without area'),
      expect.stringContaining('without area'),
    ]);
    expect(report.warnings).toEqual([expect.stringContaining('voc-1-based')]);
    expect(report.classes.map(({ name, boxes }) => [name, boxes])).toEqual([
      ['WBC', 372],
      ['RBC', 4153],
      ['Platelets', 361],
    ]);
  });

  test('takes the class order it is given', async () => {
    const order = ['RBC', 'WBC', 'Platelets'];
    const ordered = await stageImport(bccdDir, { format: 'voc', classOrder: order });
    expect(ordered.dataset.classes.map(({ name }) => name)).toEqual(order);
    expect(ordered.report.classes.map(({ boxes }) => boxes)).toEqual([4153, 372, 361]);
  });

  test.each([
    ['voc', 'voc-0-based'],
    ['voc', 'voc-1-based'],
    ['coco', undefined],
    ['yolo', undefined],
    ['cvat', undefined],
    ['createml', undefined],
    ['labelme', undefined],
    ['label-studio', undefined],
  ])('comes back unchanged from %s %s', async (format, convention) => {
    const dir = join(out, `${format}-${convention}`);
    const manifest = await exportLabels(dataset, format, dir, convention ? { convention } : {});
    expect(manifest).toMatchObject({ format, counts: { images: 364, boxes: 4886 } });
    expect(manifest.notes).toHaveLength(format === 'label-studio' ? 1 : 0);
    const back = await stageImport(dir, { format: 'auto', images: bccdDir });
    expect(back.dataset.format).toBe(format);
    expect(back.dataset.skipped).toEqual([]);
    expect(back.dataset.classes).toEqual(dataset.classes);
    expect(back.dataset.images).toEqual(dataset.images);

    const again = join(out, `${format}-${convention}-again`);
    await exportLabels(dataset, format, again, convention ? { convention } : {});
    expect(contentOf(again)).toEqual(contentOf(dir));
  });
});
