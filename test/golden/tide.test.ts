// Our error budget against what tidecv 1.0.1 says of the same boxes (test/interop/compare_tide.py prints both sides).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCocoFiles } from '../../src/main/detector/evaluation/coco-files.ts';
import { countErrors, errorBudget } from '../../src/main/detector/evaluation/error-budget.ts';
import { followDetections } from '../../src/main/detector/evaluation/outcomes.ts';
import { errorKinds } from '../../src/shared/evaluation.ts';
import { describeFixture, expectClose } from './fixture.ts';

/** Cls, Loc, Both, Dup, Bkg, Miss: what each costs, and how many there are. */
interface Expected {
  readonly AP: number;
  readonly dAP: readonly number[];
  readonly counts: readonly number[];
}

const expected: Record<string, Expected> = {
  basic: {
    AP: 0.5983085809,
    dAP: [0.0245167374, 0.0413546607, 0.0, 0.120208628, 0.0, 0.0792609618],
    counts: [4, 22, 4, 28, 25, 4],
  },
  with_crowd: {
    AP: 0.5577023296,
    dAP: [0.0452947397, 0.0727661695, 0.0, 0.11350161, 0.0, 0.0161617287],
    counts: [13, 76, 15, 82, 71, 6],
  },
  tied_scores: {
    AP: 0.5562056206,
    dAP: [0.0642528539, 0.059108475, 0.0, 0.0402290229, 0.0366703337, 0.1008434177],
    counts: [4, 16, 4, 15, 30, 2],
  },
  sparse_cat_ids: {
    AP: 0.5092328244,
    dAP: [0.0206611084, 0.0560872678, 0.0, 0.0952624086, 0.0, 0.0491144114],
    counts: [5, 17, 7, 27, 55, 6],
  },
  many_dets: {
    AP: 0.6142221093,
    dAP: [0.0, 0.1031663649, 0.0, 0.0759727556, 0.0, 0.0846503704],
    counts: [0, 61, 0, 56, 154, 5],
  },
  missing_categories: {
    AP: 0.2871287129,
    dAP: [0.1851851852, 0.0036670334, 0.0, 0.0082508251, 0.0036670334, 0.0],
    counts: [2, 3, 2, 5, 19, 2],
  },
  area_boundary: { AP: 0.8, dAP: [0.0, 0.0, 0.0, 0.0, 0.2, 0.0], counts: [0, 0, 0, 0, 1, 0] },
  all_miss: { AP: 0.0, dAP: [0.0, 0.0, 0.0, 0.0, 0.0, 0.0], counts: [0, 0, 0, 0, 3, 17] },
};

describeFixture('coco_eval', (fixture) => {
  const cases = fixture.value<Record<string, { readonly gt: unknown; readonly dets: unknown }>>('cases');
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tide-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.for(Object.entries(expected))('%s', ([name, { AP, dAP, counts }]) => {
    const [gtFile, dtFile] = [join(folder, 'gt.json'), join(folder, 'dt.json')];
    writeFileSync(gtFile, JSON.stringify(cases[name]?.gt));
    writeFileSync(dtFile, JSON.stringify(cases[name]?.dets));
    const { input } = readCocoFiles(gtFile, dtFile);
    const outcomes = followDetections(input);
    const budget = errorBudget(input, outcomes);
    expectClose([budget.AP, ...errorKinds.map((kind) => budget.dAP[kind])], [AP, ...dAP], { abs: 1e-8 });
    const counted = countErrors(outcomes);
    expect(errorKinds.map((kind) => counted[kind])).toEqual(counts);
  });
});
