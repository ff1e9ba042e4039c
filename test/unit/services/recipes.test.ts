import { describe, expect, it } from 'vitest';
import {
  builtInRecipe,
  type RecipeWishes,
  recipeNames,
  resolveRecipe,
  withEpochs,
} from '../../../src/main/services/recipes.ts';
import { Problem } from '../../../src/shared/problem.ts';

function sentence(wishes: RecipeWishes): string {
  try {
    resolveRecipe(wishes);
  } catch (error) {
    if (error instanceof Problem) return error.sentence;
    throw error;
  }
  return '';
}

describe('the built-in recipes', () => {
  it('are complete and resolve to themselves', () => {
    expect(recipeNames()).toEqual(expect.arrayContaining(['balanced', 'fast', 'paper', 'reference']));
    for (const preset of recipeNames()) expect(resolveRecipe({ preset })).toEqual(builtInRecipe(preset));
  });
});

describe('wishes', () => {
  it('change what they name and nothing else', () => {
    const plain = builtInRecipe('paper');
    const wished = resolveRecipe({
      preset: 'paper',
      size: '1000x600',
      detector: 'atss',
      set: ['train.ema=0.5'],
    });
    expect(wished.input.scales).toEqual([{ long: 1000, short: 600 }]);
    expect(wished.detector).toBe('atss');
    expect(wished.train).toEqual({ ...plain.train, ema: 0.5 });
    expect(resolveRecipe({ size: '256' }).input.scales).toEqual([{ long: 256, short: 256 }]);
  });

  it('move the learning rate with the batch, unless it is given', () => {
    const { batch, lr } = builtInRecipe('fast').train;
    expect(resolveRecipe({ batch: batch * 2 }).train.lr).toBeCloseTo(lr * 2, 12);
    expect(resolveRecipe({ batch: batch * 2, lr: 0.003 }).train.lr).toBe(0.003);
  });

  it('freeze what the references freeze of another backbone', () => {
    expect(resolveRecipe({ backbone: 'resnet18' }).frozen).toBe(1);
    expect(resolveRecipe({ backbone: 'efficientnet-lite1' }).frozen).toBe(3);
  });

  it.each<[string, RecipeWishes, readonly string[]]>([
    ['epochs and batch', { epochs: 4, batch: 1 }, ['train.epochs=4', 'train.batch=1']],
    ['backbone', { backbone: 'resnet18' }, ['backbone="resnet18"']],
    ['batch beside a rate', { batch: 1, lr: 0.3 }, ['train.lr=0.3', 'train.batch=1']],
  ])('move the same with them however they are written: %s', (_, named, set) => {
    expect(resolveRecipe({ preset: 'paper', set })).toEqual(resolveRecipe({ preset: 'paper', ...named }));
  });

  it('move milestones, rate and frozen stages with what is set, unless those are set too', () => {
    const set = ['train.epochs=4', 'train.batch=1', 'backbone=efficientnet-lite0'];
    const moved = resolveRecipe({ preset: 'paper', set });
    expect(moved.train).toMatchObject({ lr: 0.000625, decay: { milestones: [3, 4] } });
    expect(moved.frozen).toBe(3);
    const own = ['frozen=2', 'train.decay.milestones=[2]', 'train.lr=0.01'];
    const kept = resolveRecipe({ preset: 'paper', epochs: 24, set: [...set, ...own] });
    expect(kept.train).toMatchObject({ epochs: 4, batch: 1, lr: 0.01, decay: { milestones: [2] } });
    expect(kept.frozen).toBe(2);
    // eight times one are four times two
    const { lr } = resolveRecipe({ set: ['train.batch=4', 'train.accumulate=2'] }).train;
    expect(lr).toBeCloseTo(builtInRecipe('fast').train.lr, 12);
  });

  it('begin another way for the rate to fall with numbers of its own', () => {
    const steps = resolveRecipe({ preset: 'fast', epochs: 24, set: ['train.decay.kind=step'] });
    expect(steps.train.decay).toEqual({ kind: 'step', milestones: [16, 22], gamma: 0.1 });
    const set = ['train.decay.kind=cosine', 'train.decay.finalRatio=0.1'];
    expect(resolveRecipe({ preset: 'paper', set }).train.decay).toEqual({ kind: 'cosine', finalRatio: 0.1 });
    expect(sentence({ set: ['train.decay.kind=linear'] })).toMatch(/train\.decay/);
  });

  it('set a list or a whole part as JSON', () => {
    const decay = '{"kind":"step","milestones":[3],"gamma":0.5}';
    expect(resolveRecipe({ set: [`train.decay=${decay}`] }).train.decay).toEqual(JSON.parse(decay));
  });

  it.each<[RecipeWishes, RegExp]>([
    [{ preset: 'slow' }, /no recipe "slow".*Choose one of .*fast/],
    [{ detector: 'yolo' }, /"yolo" is not a detector.*ddod-atss/],
    [{ backbone: 'vgg' }, /"vgg" is not a backbone.*resnet50/],
    [{ size: 'huge' }, /"huge" is not an image size.*1333x800/],
    [{ size: '32' }, /"32" is not an image size/],
    [{ set: ['input.scales=[{"long":7,"short":7}]'] }, /"7x7" is not an image size.*64 to 4096/],
    [{ size: '320x' }, /"320x" is not an image size/],
    [{ size: '9000' }, /"9000" is not an image size/],
    [{ precision: 'fp16' }, /fp16 is not there yet.*fp32/],
    [{ set: ['train.epoch=3'] }, /no value "train.epoch".*--show-recipe/],
    [{ set: ['__proto__.x=3'] }, /no value "__proto__.x"/],
    [{ set: ['train.epochs'] }, /"train.epochs" sets nothing/],
    [{ set: ['train.epochs=many'] }, /train\.epochs.*number|number.*train\.epochs/],
    [{ set: ['train.momentum=2'] }, /momentum/],
    [{ set: ['channels=48'] }, /48 channels.*32 groups/],
  ])('refuse %j', (wishes, expected) => {
    const text = sentence(wishes);
    expect(text).toMatch(expected);
    expect(text).not.toContain('\n');
    expect(text).not.toContain('..');
  });
});

describe('withEpochs', () => {
  it('moves the steps of the learning rate in proportion and keeps the rest', () => {
    const paper = builtInRecipe('paper');
    const longer = withEpochs(paper, 24);
    expect(paper.train.decay).toMatchObject({ milestones: [8, 11] });
    expect(longer.train).toEqual({
      ...paper.train,
      epochs: 24,
      decay: { ...paper.train.decay, milestones: [16, 22] },
    });
    expect(withEpochs(paper, 1).train.decay).toMatchObject({ milestones: [1, 1] });
    expect(withEpochs(longer, 12)).toEqual(paper);
  });
});
