// A trained network made ready: looks at images, and explains how training would assign their labels.
import { sentenceOf } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { ParameterStore } from '../detector/autograd/parameter-store.ts';
import { emptyWeights } from '../detector/checkpoints/initial-weights.ts';
import { loadWeights } from '../detector/checkpoints/load-weights.ts';
import { assembleBatch, type Batch, type PreparedImage } from '../detector/data/batch.ts';
import { scaleBoxes, transformLabels } from '../detector/data/labelled-image.ts';
import { type NormalisationTable, normalisationTable } from '../detector/data/normalise.ts';
import { readScaled } from '../detector/data/scaled-image.ts';
import { detectBatch } from '../detector/engine/detect-batch.ts';
import { Network } from '../detector/network.ts';
import { lossConfigOf, networkConfigOf } from '../detector/network-config.ts';
import { assignmentFacts, explain } from './explain.ts';
import type { JobImage } from './job.ts';
import type { Looked } from './job-detector.ts';
import type { Explanation } from './looking.ts';
import { admitting, type Model, plain } from './read-model.ts';
import { sampleOf } from './samples.ts';

export class NetworkDetector {
  readonly #model: Model;
  readonly network: Network;
  readonly #table: NormalisationTable;

  constructor(model: Model) {
    this.#model = model;
    const store = new ParameterStore(emptyWeights);
    this.network = new Network(store, networkConfigOf(model.recipe, model.classes.length));
    loadWeights(store, model.tensors, { file: model.name });
    this.#table = normalisationTable(this.network.backbone.normalisation);
  }

  /** What is found on each image, in order, a batch at a time. */
  async look(images: readonly JobImage[], scoreThresh: number): Promise<Looked[]> {
    const { rule, test, train } = admitting(this.#model.recipe, scoreThresh);
    const found: Looked[] = [];
    for (let start = 0; start < images.length; start += train.batch) {
      const read = await Promise.all(images.slice(start, start + train.batch).map((one) => this.#read(one)));
      const prepared = read.filter((one) => 'image' in one);
      const results =
        prepared.length === 0 ? [] : detectBatch(this.network, this.#batch(prepared), { rule, ...test });
      let next = 0;
      for (const one of read) {
        const result = 'image' in one ? results[next++] : undefined;
        found.push(result ? plain(result, scoreThresh) : (one as { trouble: string }));
      }
    }
    return found;
  }

  /** How training would assign the labels of each image, with every cell's scores or without. */
  async explain(images: readonly JobImage[], maps: boolean): Promise<Explanation> {
    const explained: Explanation['images'] = [];
    for (const image of images) {
      const read = await this.#read(image);
      const isRead = 'image' in read;
      explained.push(isRead ? explain(this.network, this.#batch([read]), this.#lossConfig(), maps) : read);
    }
    const facts = assignmentFacts(this.#lossConfig(), this.#model.training?.counters ?? null);
    return { facts, images: explained };
  }

  dispose(): void {
    this.network.dispose();
  }

  #lossConfig() {
    return lossConfigOf(this.#model.recipe, this.#model.training?.progress ?? 1);
  }

  #batch(prepared: readonly PreparedImage[]): Batch {
    return assembleBatch(prepared, this.#table);
  }

  async #read(image: JobImage): Promise<PreparedImage | { trouble: string }> {
    try {
      return await readPrepared(image, this.#model.recipe);
    } catch (error) {
      return { trouble: sentenceOf(error) };
    }
  }
}

/** An image at the size that the recipe tests at, its labels with it. */
async function readPrepared(job: JobImage, { input }: Recipe): Promise<PreparedImage> {
  const scale = input.scales.at(-1);
  if (scale === undefined) throw new Error('the recipe has no size');
  const { image, original } = await readScaled({ path: job.path, scale, resample: input.resample });
  const [scaleX, scaleY] = [image.width / original.width, image.height / original.height];
  const labels = transformLabels(sampleOf(job), image, (boxes) => scaleBoxes(boxes, scaleX, scaleY));
  return { ...labels, image, original, scaleX, scaleY, index: 0, path: job.path, flipped: false };
}
