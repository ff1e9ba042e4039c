// Files alone: the protocols there are, and what stands behind COCO's numbers.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evaluateFiles } from '../../../src/main/services/file-evaluation.ts';
import { temporaryFolder } from './temporary.ts';

/** Two cells, of which the first is found; `second` says more of the other. */
function files(second = {}) {
  const folder = temporaryFolder();
  const [gt, dt] = [join(folder, 'gt.json'), join(folder, 'dt.json')];
  const box = (id: number, x: number) => ({ id, image_id: 1, category_id: 1, bbox: [x, 0, 40, 40] });
  const truth = {
    images: [{ id: 1 }],
    categories: [{ id: 1, name: 'cell' }],
    annotations: [box(1, 0), { ...box(2, 100), ...second }],
  };
  writeFileSync(gt, JSON.stringify(truth));
  writeFileSync(dt, JSON.stringify([{ ...box(1, 0), score: 0.9 }]));
  return [gt, dt] as const;
}

describe('files', () => {
  it('are evaluated by COCO, with errors and intervals', () => {
    const { metrics, perClass, diagnosis } = evaluateFiles(...files(), 'coco');
    expect(metrics.AP50).toBeCloseTo(51 / 101, 12);
    expect(perClass).toMatchObject([{ name: 'cell' }]);
    expect(diagnosis?.tide.counts).toEqual({ Cls: 0, Loc: 0, Both: 0, Dup: 0, Bkg: 0, Miss: 1 });
    expect(diagnosis?.tide.dAP.Miss).toBeCloseTo(50 / 101, 12);
    expect(diagnosis?.intervals?.AP50.high).toBeLessThanOrEqual(1);
  });

  it('are evaluated by PASCAL VOC, the area under the whole curve', () => {
    const { metrics, perClass } = evaluateFiles(...files(), 'voc');
    expect(metrics).toEqual({ AP50: 0.5 });
    expect(perClass).toEqual([{ name: 'cell', AP50: 0.5 }]);
  });

  it('are evaluated by CrowdHuman and as the hard faces of WIDER FACE', () => {
    const crowd = evaluateFiles(...files(), 'crowdhuman');
    expect(crowd.metrics).toEqual({ AP: 0, mMR: 0.5 });
    expect(crowd.perClass).toMatchObject([{ name: 'cell' }]);
    expect(evaluateFiles(...files(), 'wider').metrics.hard).toBeCloseTo(0.5, 2);
  });

  it('excuse boxes marked ignore, but for COCO', () => {
    const ignored = files({ ignore: 1 });
    expect(evaluateFiles(...ignored, 'voc').metrics).toEqual({ AP50: 1 });
    expect(evaluateFiles(...ignored, 'crowdhuman').metrics.mMR).toBe(0);
    expect(evaluateFiles(...ignored, 'coco').metrics.AP50).toBeCloseTo(51 / 101, 12);
  });
});
