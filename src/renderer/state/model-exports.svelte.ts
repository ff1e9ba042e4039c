// Models written for other programs: those that lie in the project, what the next one should be, and its making.
import type {
  ExportSnippet,
  KeptExport,
  ModelExportWish,
  ModelFormat,
} from '../../shared/contract/model-exports.ts';
import type { RunSummary } from '../../shared/contract.ts';
import { type Message, msg } from '../words/message.ts';
import { app } from './app.svelte.ts';
import { meantRun } from './run-order.ts';
import { Task } from './task.svelte.ts';
import { training } from './training.svelte.ts';

/** What each format is for, in the user's words. */
export const formatWords: Readonly<Record<ModelFormat, { name: Message; purpose: Message }>> = {
  onnx: { name: msg('ONNX'), purpose: msg('onnxruntime, OpenVINO, TensorRT: C++, Python, C#, Node') },
  tfjs: { name: msg('TensorFlow.js'), purpose: msg('in a browser or in Node') },
  savedmodel: { name: msg('SavedModel'), purpose: msg('TensorFlow in Python, TensorFlow Serving') },
  pth: { name: msg('PyTorch weights'), purpose: msg("mmdetection's names; weights alone") },
  safetensors: { name: msg('safetensors'), purpose: msg('weights alone, for any program') },
};

class ModelExports {
  kept = $state.raw<readonly KeptExport[]>([]);
  runs = $state.raw<readonly RunSummary[]>([]);
  runId = $state<string>();
  weights = $state<ModelExportWish['weights']>('float32');
  heads = $state(false);
  /** What is being written. */
  format = $state<ModelFormat>();
  /** The export whose programs are shown, and these. */
  shown = $state<string>();
  snippets = $state.raw<readonly ExportSnippet[]>([]);
  loaded = $state(false);
  readonly task = new Task();
  /** Runs that have learned something, the newest first. */
  readonly trained = $derived(
    this.runs.filter(({ best }) => best !== null).sort((a, b) => b.createdAt - a.createdAt),
  );
  readonly run = $derived(
    this.trained.find(({ id }) => id === this.runId) ?? meantRun(this.trained, training.picked),
  );
  readonly current = $derived(this.kept.find(({ name }) => name === this.shown));

  async load(): Promise<void> {
    const { client } = app;
    [this.kept, this.runs] = await Promise.all([client.modelExports.list(), client.runs.list()]);
    this.loaded = true;
    if (this.current === undefined && this.kept[0]) await this.show(this.kept[0].name);
  }

  /** What is nearest to the wish: eight bits are for TensorFlow.js alone, weights alone stay as trained. */
  weightsOf(format: ModelFormat): ModelExportWish['weights'] {
    if (format === 'pth' || format === 'safetensors') return 'float32';
    return this.weights === 'uint8' && format !== 'tfjs' ? 'float16' : this.weights;
  }

  clear(): void {
    this.task.stop();
    this.kept = [];
    this.runs = [];
    this.runId = undefined;
    this.shown = undefined;
    this.snippets = [];
    this.loaded = false;
  }

  /** Writes the chosen run and proves it; a failed proof is told and leaves nothing. */
  async write(format: ModelFormat): Promise<void> {
    const { run, heads } = this;
    if (!run) return;
    this.format = format;
    const weights = this.weightsOf(format);
    const wish = { project: app.project?.id ?? '', runId: run.id, format, weights, heads };
    const made = await this.task.run((signal) => app.client.modelExports.run(wish, { signal }));
    this.format = undefined;
    if (!made) return;
    this.kept = [made, ...this.kept];
    await this.show(made.name);
  }

  /** Deletes an export with all its files. */
  async remove(name: string): Promise<void> {
    const project = app.project?.id ?? '';
    await app.attempt(() => app.client.modelExports.remove({ project, name }));
    await app.attempt(() => this.load());
  }

  /** Shows an export with the programs that use it. */
  async show(name: string): Promise<void> {
    this.shown = name;
    this.snippets = [];
    const snippets = await app.attempt(() => app.client.modelExports.snippets({ name }));
    if (this.shown === name) this.snippets = snippets ?? [];
  }
}

export const modelExports = new ModelExports();
