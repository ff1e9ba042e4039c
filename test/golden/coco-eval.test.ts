// Our COCO numbers against pycocotools' on the fixture's cases: through memory, and through files as `ddod eval` reads them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CocoResult, cocoMetricNames, evaluateCoco } from '../../src/main/detector/evaluation/coco.ts';
import { readCocoFiles } from '../../src/main/detector/evaluation/coco-files.ts';
import { describeFixture, expectClose } from './fixture.ts';

interface Case {
  readonly gt: {
    readonly images: unknown[];
    readonly categories: { readonly id: number; readonly name: string }[];
  };
  readonly dets: unknown[];
  readonly stats: number[];
  readonly per_category: Record<
    string,
    { readonly AP: number; readonly AP50: number; readonly AR100: number }
  >;
}

describeFixture('coco_eval', (fixture) => {
  const cases = fixture.value<Record<string, Case>>('cases');
  const order = fixture.value<(typeof cocoMetricNames)[number][]>('stats_order');
  const abs = fixture.tolerance('abs');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coco-eval-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function evaluate({ gt, dets }: Case): { classes: readonly string[]; result: CocoResult } {
    const [gtFile, dtFile] = [join(folder, 'gt.json'), join(folder, 'dt.json')];
    writeFileSync(gtFile, JSON.stringify(gt));
    writeFileSync(dtFile, JSON.stringify(dets));
    const { input, classes } = readCocoFiles(gtFile, dtFile);
    return { classes, result: evaluateCoco(input) };
  }

  test.for(Object.entries(cases))('%s: the summary', ([, data]) => {
    const { result } = evaluate(data);
    expect([...order].sort()).toEqual([...cocoMetricNames].sort());
    expectClose(
      order.map((name) => result.metrics[name]),
      data.stats,
      { abs },
    );
  });

  test.for(Object.entries(cases))('%s: each class', ([, data]) => {
    const { classes, result } = evaluate(data);
    const categories = [...data.gt.categories].sort((a, b) => a.id - b.id);
    expect(classes).toEqual(categories.map(({ name }) => name));
    for (const key of ['AP', 'AP50', 'AR100'] as const) {
      expectClose(
        result.perClass.map((values) => values[key]),
        categories.map(({ id }) => data.per_category[id]?.[key] ?? Number.NaN),
        { abs },
        key,
      );
    }
  });
});
