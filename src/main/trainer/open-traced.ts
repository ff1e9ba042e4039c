// A trained detector that looks through its traced graph, which onnxruntime runs in half the time. Until that is made, and
// where it cannot be, the network looks; the network alone can explain.
import { sentenceOf } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { ExportedDetector } from '../detector/export/export-format.ts';
import type { JobImage } from './job.ts';
import type { Looked } from './job-detector.ts';
import { type Explanation, lookAtFiles, type OpenDetector } from './looking.ts';
import type { NetworkDetector } from './open-network.ts';
import { admitting, type Model } from './read-model.ts';
import { graphKey, openGraph } from './traced-graphs.ts';

/** A graph bears its lowest class score within: another score is another graph. */
interface Held {
  readonly scoreThresh: number;
  readonly key: string;
  graph?: ExportedDetector | undefined;
  /** Looked at by the network meanwhile; what a graph to be made is tried on. */
  seen?: readonly JobImage[] | undefined;
}

export class TracedDetector implements OpenDetector {
  readonly #model: Model;
  readonly #folder: string;
  #network: Promise<NetworkDetector> | undefined;
  #held: Held | undefined;
  #isTraceable = true;
  #hindrance: string | null = null;
  #runtime = 'network';

  /** Graphs are kept in `folder`. */
  constructor(model: Model, folder: string) {
    this.#model = model;
    this.#folder = folder;
  }

  get classes(): readonly string[] {
    return this.#model.classes;
  }

  get runtime(): string {
    return this.#runtime;
  }

  get hindrance(): string | null {
    return this.#hindrance;
  }

  async look(images: readonly JobImage[], scoreThresh: number): Promise<Looked[]> {
    if (images.length === 0) return [];
    const recipe = admitting(this.#model.recipe, scoreThresh);
    const held = this.#isTraceable ? await this.#heldFor(recipe) : undefined;
    this.#runtime = held?.graph?.runtime ?? 'network';
    if (held?.graph) return await lookAtFiles(held.graph, recipe, images, scoreThresh);
    const found = await (await this.#networkDetector()).look(images, scoreThresh);
    const seen = images.filter((_, index) => 'scores' in (found[index] ?? {}));
    if (held && seen.length > 0) held.seen = seen;
    return found;
  }

  async explain(images: readonly JobImage[], maps: boolean): Promise<Explanation> {
    return await (await this.#networkDetector()).explain(images, maps);
  }

  /** Makes the graph that the last look lacked; the network goes then, until an explanation is wanted. */
  async prepare(): Promise<void> {
    const held = this.#held;
    if (!held?.seen || held.graph) return;
    const images = held.seen;
    held.seen = undefined;
    try {
      const { traceDetector } = await import('./trace-detector.ts');
      const { network } = await this.#networkDetector();
      const recipe = admitting(this.#model.recipe, held.scoreThresh);
      held.graph = await traceDetector({ network, recipe, images, folder: this.#folder, key: held.key });
      this.#isTraceable = held.graph !== undefined;
      if (held.graph) this.#dropNetwork();
    } catch (error) {
      this.#giveUp(error);
    }
  }

  dispose(): void {
    void this.#held?.graph?.close();
    this.#dropNetwork();
  }

  #dropNetwork(): void {
    this.#network?.then(
      (detector) => detector.dispose(),
      () => undefined,
    );
    this.#network = undefined;
  }

  async #heldFor(recipe: Recipe): Promise<Held | undefined> {
    const { scoreThresh } = recipe.test;
    if (this.#held?.scoreThresh === scoreThresh) return this.#held;
    await this.#held?.graph?.close();
    const key = graphKey(this.#model, recipe);
    try {
      this.#held = { scoreThresh, key, graph: await openGraph(this.#folder, key) };
    } catch (error) {
      this.#giveUp(error);
    }
    return this.#held;
  }

  /** Not tried again with this model. */
  #giveUp(error: unknown): void {
    this.#isTraceable = false;
    this.#held = undefined;
    this.#hindrance = `Looking takes longer than it could: ${sentenceOf(error)}`;
  }

  /** TensorFlow is loaded here first: where a graph is kept, it is not needed. */
  #networkDetector(): Promise<NetworkDetector> {
    this.#network ??= import('./open-network.ts').then(
      ({ NetworkDetector: Detector }) => new Detector(this.#model),
    );
    return this.#network;
  }
}
