// Our WIDER FACE numbers against the reference tool's on the fixture's cases.
import { expect, test } from 'vitest';
import { evaluateWider } from '../../src/main/detector/evaluation/wider.ts';
import { describeFixture, expectClose } from './fixture.ts';

interface Image {
  readonly gt: number[][];
  readonly pred: number[][];
  readonly keep: Record<string, number[]>;
}

interface Case {
  readonly images: Image[];
  readonly AP: Record<string, number>;
  readonly n_gt: Record<string, number>;
}

describeFixture('wider_eval', (fixture) => {
  const abs = fixture.tolerance('abs');

  test.for(Object.entries(fixture.value<Record<string, Case>>('cases')))('%s', ([, { images, AP, n_gt }]) => {
    const subsets = Object.keys(AP);
    const result = evaluateWider(
      images.map(({ gt, pred, keep }) => ({
        gt: Float64Array.from(gt.flat()),
        pred: Float64Array.from(pred.flatMap((row) => row.slice(0, 4))),
        scores: Float64Array.from(pred, (row) => row[4] ?? Number.NaN),
        keep,
      })),
      subsets,
    );
    expectClose(
      subsets.map((name) => result[name]?.AP ?? Number.NaN),
      subsets.map((name) => AP[name] ?? Number.NaN),
      { abs },
    );
    expect(Object.fromEntries(subsets.map((name) => [name, result[name]?.faces]))).toEqual(n_gt);
  });
});
