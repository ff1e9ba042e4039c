// From a list of labelled image files to a stream of batches, decoded ahead of need off the main thread.

import { availableParallelism, totalmem } from 'node:os';
import { Problem } from '../../../shared/problem.ts';
import { type AugmentConfig, type Augmented, augment } from './augment.ts';
import { assembleBatch, type Batch, type PreparedImage } from './batch.ts';
import { ImageStore, type StoreConfig } from './image-store.ts';
import { type LabelledImage, type Labels, scaleBoxes, transformLabels } from './labelled-image.ts';
import { type Normalisation, type NormalisationTable, normalisationTable } from './normalise.ts';
import type { ImageScale, Resample } from './resize.ts';
import type { Size } from './rgb-image.ts';
import { Rng } from './rng.ts';
import { referenceFlip, Sampler, type SamplerConfig, type SamplerState, samplerStart } from './sampler.ts';
import type { ScaledImage } from './scaled-image.ts';

/** A labelled image file; boxes are xyxy in its upright pixels, `width` x `height` of them (0 x 0: not known). */
export interface Sample extends Labels, Size {
  readonly path: string;
}

export interface LoaderConfig extends SamplerConfig, Partial<StoreConfig> {
  /** One is drawn for each image and epoch; a single one is the fixed size. */
  readonly scales: readonly ImageScale[];
  readonly resample: Resample;
  readonly normalisation: Normalisation;
  /** None: images as they are, for evaluation. */
  readonly augment?: AugmentConfig;
  readonly padDivisor?: number;
  /** Images without a box: training may leave them out. */
  readonly withoutBoxes?: 'keep' | 'drop';
  /** An image that cannot be read stops the stream with a Problem, or is left out and told to `onSkip` once. */
  readonly unreadable?: 'stop' | 'skip';
  readonly onSkip?: (skipped: {
    readonly index: number;
    readonly path: string;
    readonly problem: Problem;
  }) => void;
  /** Batches decoded ahead of the one in use. */
  readonly prefetch?: number;
}

export interface LoadedBatch extends Batch {
  readonly epoch: number;
  /** Where a run resumes once this batch is done. */
  readonly next: SamplerState;
}

/** An image on its way: a promise that never rejects, so that a batch dropped on the way leaves nothing unhandled. */
type Fetched =
  | { readonly item: Item; readonly scaled: ScaledImage }
  | { readonly item: Item; readonly error: unknown };

/** One appearance of a sample: what its chances are drawn from. */
interface Item {
  readonly index: number;
  readonly epoch: number;
  readonly sample: Sample;
  readonly scale: ImageScale;
}

interface BatchAhead {
  readonly epoch: number;
  readonly next: SamplerState;
  readonly fetched: Promise<Fetched[]>;
}

export class Loader {
  readonly #samples: readonly Sample[];
  readonly #config: LoaderConfig;
  readonly #sampler: Sampler;
  readonly #store: ImageStore;
  readonly #table: NormalisationTable;
  readonly #skipped = new Set<number>();

  constructor(samples: readonly Sample[], config: LoaderConfig) {
    this.#samples = samples;
    this.#config = config;
    const indices = [...samples.keys()].filter(
      (i) => config.withoutBoxes !== 'drop' || (samples[i]?.boxes.length ?? 0) > 0,
    );
    this.#sampler = new Sampler(Int32Array.from(indices), config);
    this.#store = new ImageStore({
      workers: config.workers ?? Math.max(1, Math.min(2, availableParallelism() - 1)),
      cacheBytes: config.cacheBytes ?? totalmem() / 4,
    });
    this.#table = normalisationTable(config.normalisation);
  }

  get samplesPerEpoch(): number {
    return this.#sampler.samplesPerEpoch;
  }

  get batchesPerEpoch(): number {
    return this.#sampler.batchesPerEpoch;
  }

  /** Bytes of pixels and images in the memory cache. */
  get cached(): { readonly bytes: number; readonly count: number } {
    return { bytes: this.#store.bytes, count: this.#store.count };
  }

  /** Batch after batch from `from` on, epoch after epoch, without end. Throws `signal`'s reason once aborted. */
  async *batches(from: SamplerState = samplerStart, signal?: AbortSignal): AsyncGenerator<LoadedBatch> {
    yield* this.#stream(from, Infinity, signal);
  }

  /** The batches of one epoch, from sample `position` on. */
  async *epoch(epoch: number, position = 0, signal?: AbortSignal): AsyncGenerator<LoadedBatch> {
    yield* this.#stream({ epoch, position }, epoch, signal);
  }

  /** Ends the decoding threads and lets go of the cache; streams still open end with an error. */
  close(): Promise<void> {
    return this.#store.close();
  }

  async *#stream(from: SamplerState, lastEpoch: number, signal?: AbortSignal): AsyncGenerator<LoadedBatch> {
    if (this.samplesPerEpoch === 0) throw new Problem('There is no image to load.', noImagesRemedy);
    let emptyInARow = 0;
    for (const { epoch, next, fetched } of this.#ahead(from, lastEpoch)) {
      signal?.throwIfAborted();
      const prepared = this.#readable(await unlessAborted(fetched, signal));
      emptyInARow = prepared.length === 0 ? emptyInARow + 1 : 0;
      if (emptyInARow >= this.batchesPerEpoch) throw noneReadable(this.samplesPerEpoch);
      if (prepared.length === 0) continue;
      yield { ...assembleBatch(prepared, this.#table, this.#config.padDivisor), epoch, next };
    }
  }

  /** Each batch once those after it are on their way too. */
  *#ahead(from: SamplerState, lastEpoch: number): Generator<BatchAhead> {
    const underway: BatchAhead[] = [];
    let drawn = this.#sampler.take(from);
    for (;;) {
      while (underway.length <= (this.#config.prefetch ?? 2) && drawn.epoch <= lastEpoch) {
        const { epoch, next, indices } = drawn;
        underway.push({ epoch, next, fetched: Promise.all(indices.map((i) => this.#fetch(i, epoch))) });
        drawn = this.#sampler.take(next);
      }
      const first = underway.shift();
      if (first === undefined) return;
      yield first;
    }
  }

  async #fetch(index: number, epoch: number): Promise<Fetched> {
    const sample = this.#samples[index] as Sample;
    const scale = Rng.seeded(this.#config.seed, 'scale', epoch, index).pick(this.#config.scales);
    const item = { index, epoch, sample, scale };
    try {
      const request = { path: sample.path, scale, resample: this.#config.resample };
      const scaled = await this.#store.read(request);
      assertSizeAsLabelled(sample, scaled.original);
      return { item, scaled };
    } catch (error) {
      return { item, error };
    }
  }

  /** The images of a batch that could be read; throws for the others, or tells of them, as configured. */
  #readable(batch: readonly Fetched[]): PreparedImage[] {
    const prepared: PreparedImage[] = [];
    for (const fetched of batch) {
      if ('scaled' in fetched) prepared.push(this.#prepare(fetched.item, fetched.scaled));
      else this.#skip(fetched.item, fetched.error);
    }
    return prepared;
  }

  #skip({ index, sample }: Item, error: unknown): void {
    if (this.#config.unreadable !== 'skip' || !(error instanceof Problem)) throw error;
    if (this.#skipped.has(index)) return;
    this.#skipped.add(index);
    this.#config.onSkip?.({ index, path: sample.path, problem: error });
  }

  #prepare(item: Item, { image, original }: ScaledImage): PreparedImage {
    const { index, sample } = item;
    const [scaleX, scaleY] = [image.width / original.width, image.height / original.height];
    const labels = transformLabels(sample, image, (boxes) => scaleBoxes(boxes, scaleX, scaleY));
    const augmented = this.#augment(item, { image, ...labels });
    return { ...augmented, index, path: sample.path, original, scaleX, scaleY };
  }

  #augment({ index, epoch, scale }: Item, plain: LabelledImage): Augmented {
    const { augment: chances, order, resample, seed } = this.#config;
    if (chances === undefined) return { ...plain, flipped: false };
    const rng = Rng.seeded(seed, 'augment', epoch, index);
    const flipped =
      order === 'reference' ? referenceFlip(seed, epoch, index, chances.flip) : rng.chance(chances.flip);
    return augment(plain, { ...chances, scale, resample }, flipped, rng);
  }
}

/** Labels drawn on an image of another size would teach nonsense. */
function assertSizeAsLabelled(sample: Sample, { width, height }: Size): void {
  if (sample.width === 0 || (sample.width === width && sample.height === height)) return;
  throw new Problem(
    `The image ${sample.path} is ${width} x ${height} pixels but was ${sample.width} x ${sample.height} when it was labelled.`,
    'Put the labelled image back, or import it anew.',
  );
}

const noImagesRemedy = 'Label some images first, or keep those without boxes.';

function noneReadable(count: number): Problem {
  return new Problem(
    `None of the ${count} images can be read.`,
    'Check that the folder is still where it was.',
  );
}

/** The promise's value, or `signal`'s reason thrown as soon as it is aborted. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
