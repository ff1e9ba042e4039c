// The recipe that the data and the computer ask for: reasons, refusals, estimates, and what chance does to images.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { augmentedImages, augmentedPicture } from '../../../src/main/services/augment-preview.ts';
import type { Computer } from '../../../src/main/services/computer.ts';
import { adviseRecipe } from '../../../src/main/services/recipe-advice.ts';
import { atOnce } from '../../../src/main/services/slices.ts';
import { imagesBySplit } from '../../../src/main/services/training-job.ts';
import { prepareRun } from '../../../src/main/services/training-plan.ts';
import { spokenTime } from '../../../src/main/services/training-time.ts';
import { recipeOf, startOf } from '../../../src/main/services/training-wishes.ts';
import type { TrainingWishes } from '../../../src/shared/contract/recipes.ts';
import { sampleProject, tinyRecipe } from '../trainer/sample-project.ts';
import { staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

/** A project of `count` labelled training images with boxes of `size` pixels on 640 x 480. */
function projectOf(count: number, size = 60) {
  const project = temporaryProject();
  const images = Array.from({ length: count }, (_, i) =>
    stagedImage(`/d/${i}.jpg`, [stagedBox(i % 2, 10, size)], { hash: String(i), split: 'train' }),
  );
  project.datasets.commit(staged(images));
  return project;
}

const advised = (...of: Parameters<typeof adviseRecipe>) => atOnce(adviseRecipe(...of));

describe('the advice', () => {
  it('follows the labels, and is set aside for others on the way', () => {
    const project = projectOf(450);
    const turns = () => {
      const work = project.labelFacts.read();
      let count = 0;
      while (!work.next().done) count += 1;
      return count;
    };
    expect(turns()).toBeGreaterThanOrEqual(3);
    expect(advised(project).data).toMatchObject({ train: 450, boxes: 450 });
    expect(turns()).toBe(0);
    const run = project.runs.create({ recipe: {}, seed: 0 });
    project.runs.log(run.id, 'a training writes all the time');
    expect(turns()).toBe(0);
    const { id } = project.annotations.images()[0]!;
    project.bulk.change([id], { split: 'val' }, 'window');
    expect(advised(project).data).toMatchObject({ train: 449, val: 1, boxes: 449 });
  });

  it('warms up over a quarter of a short training, unless it is told otherwise', () => {
    const project = projectOf(42);
    const short = { preset: 'fast', epochs: 4, batch: 4 };
    expect(advised(project, short)).toMatchObject({
      recipe: { train: { warmup: { iterations: 11 } } },
      warnings: expect.not.arrayContaining([expect.stringMatching(/warm-up/)]),
    });
    const set = ['train.warmup.iterations=50'];
    expect(advised(project, { ...short, set })).toMatchObject({
      recipe: { train: { warmup: { iterations: 50 } } },
      warnings: expect.arrayContaining([
        'The warm-up takes 50 steps and the whole training 44: the learning rate never reaches 0.005. Shorten the warm-up, or train longer.',
      ]),
    });
    // what the built-in recipe was measured with stays
    expect(advised(projectOf(205), { preset: 'fast' }).recipe.train.warmup.iterations).toBe(50);
  });

  it('says why a small set gets fewer steps than are wanted', () => {
    const words = (count: number) =>
      advised(projectOf(count)).reasons.find(({ what }) => what === 'Epochs')?.words;
    expect(words(42)).toMatch(
      /^60 passes .* make 360 steps; fewer than the 600 .*, because more than 60 passes over the same images/,
    );
    expect(words(205)).toMatch(/; about 600 are what a small set needs\.$/);
  });

  it('begins a run with the warm-up that it told', async () => {
    const project = projectOf(42);
    const wishes = { preset: 'fast', epochs: 4, batch: 4, init: 'none' };
    const { recipe } = await prepareRun(project, startOf(project, wishes));
    expect(recipe).toMatchObject({ train: { warmup: { iterations: 11 } } });
  });

  it('refuses where there is nothing to learn from, and says what to do', () => {
    expect(advised(temporaryProject()).refusal).toEqual({
      sentence: 'The project has no classes.',
      remedy: expect.stringMatching(/Add a class/),
      weights: null,
    });
    const unlabelled = temporaryProject();
    unlabelled.datasets.commit(staged([stagedImage('/d/a.jpg', [], { split: 'train' })]));
    expect(advised(unlabelled).refusal?.sentence).toMatch(/nothing to learn from/);
    expect(advised(projectOf(1)).refusal?.sentence).toMatch(/one labelled training image/);
    expect(advised(projectOf(2)).refusal).toBeNull();
  });

  it('leaves out what is not finished, and says so', async () => {
    const project = projectOf(3);
    const [first, second, third] = project.annotations.images().map(({ id }) => id);
    project.bulk.change([first!, second!], { state: 'in-progress' }, 'window');
    expect(advised(project)).toMatchObject({
      data: { train: 1, boxes: 1 },
      warnings: expect.arrayContaining([
        expect.stringMatching(/^2 training images in progress are left out/),
      ]),
    });
    const snapshot = project.snapshots.take();
    expect(atOnce(imagesBySplit(project, snapshot)).train.ids).toEqual([third]);
    project.bulk.change([third!], { state: 'in-progress' }, 'window');
    const { refusal } = advised(project);
    expect(refusal?.sentence).toMatch(/3 training images are in progress, and none with a box is done/);
    const start = { recipe: tinyRecipe(), seed: 0, init: 'none' };
    await expect(prepareRun(project, start)).rejects.toThrow(refusal!.sentence);
    project.bulk.change([first!], { state: 'finished' }, 'window');
    expect(advised(project).data.train).toBe(1);
  });

  it('refuses where weights are missing, naming them, unless none are wanted', () => {
    const cache = process.env.DDOD_CACHE_DIR;
    process.env.DDOD_CACHE_DIR = temporaryFolder();
    try {
      const project = projectOf(40);
      const refusal = (wishes: TrainingWishes) => advised(project, wishes).refusal;
      expect(refusal({ preset: 'paper' })).toMatchObject({
        sentence: 'The weights that ResNet-50 begins with are not on this computer.',
        weights: { name: 'resnet50', bytes: 102_530_333, licence: 'BSD-3-Clause', mayFetch: true },
      });
      for (const set of [[], ['backbone=efficientnet-lite2']])
        expect(refusal({ preset: 'fast', set })?.weights?.mayFetch).toBe(true);
      const without = advised(project, { preset: 'paper', init: 'none' });
      expect(without.refusal).toBeNull();
      expect(without.reasons[0]?.words).toMatch(/its weights drawn anew/);
      expect(startOf(project, without.wishes).init).toBe('none');
    } finally {
      if (cache === undefined) delete process.env.DDOD_CACHE_DIR;
      else process.env.DDOD_CACHE_DIR = cache;
    }
  });

  it('says in one line what will be trained, and in more lines why', () => {
    const { headline, reasons, fields, recipe, wishes, data } = advised(projectOf(40));
    expect(headline).toMatch(
      /^EfficientNet-Lite0, 320 px, \d+ epochs, about \d+ (seconds|minutes|hours) on this CPU$/,
    );
    expect(reasons.map(({ what }) => what)).toContain('Epochs');
    expect(data).toMatchObject({ train: 40, val: 0, boxes: 40, classes: [{ boxes: 20 }, { boxes: 20 }] });
    expect(recipeOf(undefined, wishes)).toEqual(recipe);
    for (const field of fields) expect(field.reason.length, field.path).toBeGreaterThan(20);
    expect(fields.find(({ path }) => path === 'train.epochs')).toMatchObject({
      kind: 'integer',
      min: 1,
      value: recipe.train.epochs,
    });
  });

  it('takes larger images for smaller objects, and fewer epochs for more images', () => {
    const side = (size: number) => advised(projectOf(40, size)).recipe.input.scales[0]!.long;
    expect(side(60)).toBe(320);
    expect(side(15)).toBeGreaterThan(320);
    expect(side(4)).toBe(640);
    const epochs = (count: number) => advised(projectOf(count)).recipe.train.epochs;
    expect(epochs(400)).toBeLessThan(epochs(40));
  });

  it('says when AP is measured, and counts each time of it', () => {
    const project = projectOf(40);
    const said = (epochs: number, evalEvery: number) => {
      const wishes = { preset: 'fast', epochs, set: [`train.evalEvery=${evalEvery}`] };
      const { reasons, estimate } = advised(project, wishes);
      return { words: reasons.find(({ what }) => what === 'Evaluation')?.words, seconds: estimate!.seconds };
    };
    expect(said(8, 4).words).toMatch(/nothing is measured/);
    const images = project.annotations.images().slice(0, 4);
    project.bulk.change(
      images.map(({ id }) => id),
      { split: 'val' },
      'window',
    );
    expect(said(1, 8).words).toBe('At the end, on 4 validation images.');
    expect(said(8, 1).words).toMatch(/^After every epoch, on 4 validation images;/);
    expect(said(8, 4).words).toMatch(/^Every 4 epochs and at the end, on 4/);
    // three, two and one
    const [often, twice, once] = [4, 5, 10].map((every) => said(10, every).seconds);
    expect(often! - twice!).toBeCloseTo(twice! - once!, 6);
    expect(twice!).toBeGreaterThan(once!);
  });

  it('says only what is true of values that somebody chose', () => {
    const project = projectOf(40);
    const words = (wishes: TrainingWishes) =>
      new Map(advised(project, wishes).reasons.map(({ what, words: why }) => [what, why]));
    const paper = words({ preset: 'paper', set: ['train.epochs=4', 'train.batch=1', 'augment.flip=0.2'] });
    expect(paper.get('Network')).toMatch(
      /^ResNet-50 with a head 256 channels wide: about [\d.]+ times the work/,
    );
    expect(paper.get('Learning rate')).toBe('0.000625, which goes with 1 image a step.');
    expect(paper.get('Batch')).toBe('1 image a step, so that an epoch has 40 steps with 40 training images.');
    expect(paper.get('Augmentation')).toMatch(/^20 % of the images are mirrored/);
    const rate = words({ preset: 'fast', batch: 4, set: ['train.lr=0.02'] }).get('Learning rate');
    expect(rate).toMatch(/^0.02, as it was set/);
    const auto = words({ preset: 'fast', batch: 'auto' });
    expect(auto.get('Batch')).toMatch(/as fit in memory/);
    expect(auto.get('Learning rate')).toBe('0.01 for 8 images a step; it moves with the batch.');
  });

  it('knows the computer: a GPU probes its batch and takes large images, little memory warns or probes', () => {
    const project = projectOf(80, 4);
    const of = (computer: Partial<Computer>, wishes?: TrainingWishes) =>
      advised(project, wishes, { gpu: false, cores: 4, freeMB: 64_000, ...computer });
    expect(of({}).wishes.batch).toBeUndefined();
    expect(of({ freeMB: 3_000 }).wishes.batch).toBe('auto');
    const paper = { preset: 'paper', set: ['train.batch=16'] };
    expect(of({ freeMB: 8_000 }, paper).warnings.join()).toMatch(
      /takes about \d+\.\d GB of memory, and 8\.0 GB/,
    );
    expect(of({ freeMB: 8_000 }, { ...paper, batch: 'auto' }).warnings.join()).not.toMatch(/memory/);
    const batchField = (batch: 'auto' | 4) =>
      of({}, { preset: 'fast', batch }).fields.find(({ path }) => path === 'train.batch')?.value;
    expect([batchField('auto'), batchField(4)]).toEqual(['auto', 4]);
    const { wishes, headline, device, estimate, recipe } = of({ gpu: true });
    expect(wishes.batch).toBe('auto');
    expect(device).toBe('this GPU');
    expect(headline).toMatch(/ epochs, on this GPU$/);
    expect(estimate).toBeNull();
    expect(recipe.input.scales[0]!.long).toBe(640);
    const run = project.runs.create({ recipe: { ...recipe }, seed: 0, device: 'GPU' });
    project.runs.addMetrics(
      [1, 2, 3, 4].map((step) => ({ runId: run.id, name: 'images_per_second', step, value: 40, epoch: 1 })),
    );
    expect(of({ gpu: true }).headline).toMatch(/about \d+ \w+ on this GPU$/);
    expect(of({}).estimate).toMatchObject({ from: 'scale' });
  });

  it('warns of few images, rare and absent classes, and no validation images', () => {
    const { warnings } = advised(projectOf(12));
    expect(warnings.join('\n')).toMatch(/12 training images are few/);
    expect(warnings.join('\n')).toMatch(/cat has 6 boxes/);
    expect(warnings.join('\n')).toMatch(/No validation image/);
  });

  it('follows what is wished, and measures time by earlier runs', () => {
    const project = projectOf(80);
    const wishes = { preset: 'fast', epochs: 10 };
    const guessed = advised(project, wishes);
    expect(guessed.estimate).toMatchObject({ from: 'scale', steps: 100 });
    const run = project.runs.create({ recipe: { ...guessed.recipe }, seed: 0 });
    project.runs.addMetrics(
      [1, 2, 3, 4].map((step) => ({ runId: run.id, name: 'images_per_second', step, value: 4, epoch: 1 })),
    );
    const { estimate } = advised(project, wishes);
    expect(estimate).toMatchObject({ from: 'measured', secondsPerStep: 2, steps: 100 });
    expect(estimate!.seconds).toBeGreaterThan(200);
    expect(advised(project, { ...wishes, epochs: 20 }).estimate!.seconds).toBeGreaterThan(400);
  });
});

describe('time', () => {
  it.each([
    [8, '10 seconds'],
    [61, '60 seconds'],
    [360, '6 minutes'],
    [6000, '1.5 hours'],
  ])('of %i seconds is said as %s', (seconds, words) => {
    expect(spokenTime(seconds)).toBe(words);
  });
});

describe('the preview of augmentation', () => {
  it('draws training images as the network sees them, with their boxes, the same for the same seed', async () => {
    process.env.DDOD_THUMBNAILS = join(temporaryFolder(), 'thumbnails');
    const project = await sampleProject(8);
    const wish = { wishes: { preset: 'fast', size: '128', set: ['augment.flip=1'] }, count: 3, seed: 4 };
    const images = await augmentedImages(project, wish);
    expect(images).toHaveLength(3);
    for (const { key, width, height, boxes } of images) {
      expect(Math.max(width, height)).toBe(128);
      expect(boxes.length).toBeGreaterThan(0);
      for (const box of boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width + 1e-3);
        expect(['red-cell', 'white-cell', 'platelet']).toContain(box.className);
      }
      const { file } = augmentedPicture(key);
      expect(await sharp(file).metadata()).toMatchObject({ width, height, format: 'webp' });
    }
    expect(await augmentedImages(project, wish)).toEqual(images);
    const plain = await augmentedImages(project, {
      ...wish,
      wishes: { ...wish.wishes, set: ['augment.flip=0'] },
    });
    // mirrored: the distance from the left is the distance from the right
    const [mirrored, straight] = [images[0]!, plain[0]!];
    expect(mirrored.boxes[0]!.x).toBeCloseTo(
      straight.width - straight.boxes[0]!.x - straight.boxes[0]!.width,
      3,
    );
    expect(() => augmentedPicture('0'.repeat(64))).toThrow('not there any more');
    expect(existsSync(augmentedPicture(straight.key).file)).toBe(true);
  });
});
