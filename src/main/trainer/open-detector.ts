// A trained detector made ready, whatever it came as: looks at images, and explains its labels' assignment where it can.
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
import { detectFile } from '../detector/export/file-detector.ts';
import { Network } from '../detector/network.ts';
import { lossConfigOf, networkConfigOf } from '../detector/network-config.ts';
import { admitting, type Model, plain, readModel } from './detect-job.ts';
import { assignmentFacts, explain } from './explain.ts';
import type { JobImage, ModelSource } from './job.ts';
import type { AssignmentFacts, Explained, Looked } from './job-detector.ts';
import { type OpenExported, openExported } from './open-exported.ts';
import { sampleOf } from './samples.ts';

/** A detector of any make. */
export interface OpenDetector {
  readonly classes: readonly string[];
  /** What is found on each image, in order. */
  look(images: readonly JobImage[], scoreThresh: number): Promise<Looked[]>;
  /** How training would assign each image's labels; absent where the network's inside is not ours to see. */
  readonly explain?: (
    images: readonly JobImage[],
    maps: boolean,
  ) => Promise<(Explained | { readonly trouble: string })[]>;
  readonly facts?: AssignmentFacts;
  dispose(): void;
}

/** Reads a detector and makes it ready. Throws a Problem where it is none. */
export async function openDetector(source: ModelSource): Promise<OpenDetector> {
  return source.kind === 'exported'
    ? lookThrough(await openExported(source))
    : new NetworkDetector(readModel(source));
}

/** An exported model; of its inside nothing is seen. */
function lookThrough({ detector, recipe, classes }: OpenExported): OpenDetector {
  const lookAt = (path: string, scoreThresh: number) =>
    detectFile(detector, path, recipe).then(
      (found) => plain(found, scoreThresh),
      (error) => ({ trouble: sentenceOf(error) }),
    );
  return {
    classes,
    async look(images, scoreThresh) {
      const found: Looked[] = [];
      for (const { path } of images) found.push(await lookAt(path, scoreThresh));
      return found;
    },
    dispose: () => void detector.close(),
  };
}

class NetworkDetector implements OpenDetector {
  readonly #model: Model;
  readonly #network: Network;
  readonly #table: NormalisationTable;

  constructor(model: Model) {
    this.#model = model;
    const store = new ParameterStore(emptyWeights);
    this.#network = new Network(store, networkConfigOf(model.recipe, model.classes.length));
    loadWeights(store, model.tensors, { file: model.name });
    this.#table = normalisationTable(this.#network.backbone.normalisation);
  }

  get classes(): readonly string[] {
    return this.#model.classes;
  }

  get facts(): AssignmentFacts {
    return assignmentFacts(this.#lossConfig(), this.#model.training?.counters ?? null);
  }

  async look(images: readonly JobImage[], scoreThresh: number): Promise<Looked[]> {
    const { rule, test, train } = admitting(this.#model.recipe, scoreThresh);
    const found: Looked[] = [];
    for (let start = 0; start < images.length; start += train.batch) {
      const read = await Promise.all(images.slice(start, start + train.batch).map((one) => this.#read(one)));
      const prepared = read.filter((one) => 'image' in one);
      const results =
        prepared.length === 0 ? [] : detectBatch(this.#network, this.#batch(prepared), { rule, ...test });
      let next = 0;
      for (const one of read) {
        const result = 'image' in one ? results[next++] : undefined;
        found.push(result ? plain(result, scoreThresh) : (one as { trouble: string }));
      }
    }
    return found;
  }

  async explain(images: readonly JobImage[], maps: boolean): Promise<(Explained | { trouble: string })[]> {
    const explained: (Explained | { trouble: string })[] = [];
    for (const image of images) {
      const read = await this.#read(image);
      const isRead = 'image' in read;
      explained.push(isRead ? explain(this.#network, this.#batch([read]), this.#lossConfig(), maps) : read);
    }
    return explained;
  }

  dispose(): void {
    this.#network.dispose();
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
