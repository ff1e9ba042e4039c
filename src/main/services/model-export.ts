// Exports a run's detector for other runtimes: model, card, programs that use it, a sample, and the proof that it agrees.
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { extname, join, resolve } from 'node:path';
import type { Snapshot, Split } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { FoundObjects, JobImage, RunnableFormat } from '../trainer/job.ts';
import type { ExportJob, ExportResult, Proof } from '../trainer/job-export.ts';
import { type ExportListeners, launchExport } from '../trainer/launch-export.ts';
import { draftFolder } from './draft-folder.ts';
import { noteExport } from './exports.ts';
import { type CardFacts, cardText } from './model-card.ts';
import { type ModelCard, modelOfRun } from './models.ts';
import type { OpenProject } from './projects.ts';
import { savedModelSnippets, tfjsSnippets } from './tensorflow-snippets.ts';
import { jobImages } from './training-job.ts';
import { onnxSnippets, type Snippet } from './usage-snippets.ts';
import { listWeights } from './weights.ts';

export interface ModelExportOptions extends ExportListeners {
  readonly format: RunnableFormat;
  /** A new folder. */
  readonly out: string;
  /** How weights are kept; `uint8` in TensorFlow.js alone. */
  readonly weights?: ExportJob['weights'];
  /** The head's maps as a second model. */
  readonly heads?: boolean;
  /** Images to prove it on, at most. */
  readonly proofImages?: number;
}

export interface ExportedModel {
  readonly dir: string;
  readonly files: readonly string[];
  readonly card: ModelCard;
  readonly runId: string;
  readonly format: RunnableFormat;
  readonly checkpointId: number;
  readonly proof: Proof;
}

const usualProofImages = 20;
/** Where images to prove on are looked for, the best first. */
const proofSplits: readonly Split[] = ['val', 'test', 'train'];

/** The folder appears whole or not at all. Throws a Problem where the exported model does not agree with the run's. */
export async function exportModel(
  project: OpenProject,
  runId: string,
  options: ModelExportOptions,
): Promise<ExportedModel> {
  const { format, weights = 'float32', heads = false, proofImages = usualProofImages } = options;
  if (weights === 'uint8' && format !== 'tfjs') throw bytesAreForTfjs();
  const run = project.runs.get(runId);
  const checkpoint = project.checkpoints.chosen(run.id);
  const snapshot = project.snapshots.get(run.snapshotHash ?? '');
  const dir = resolve(options.out);
  const draft = draftFolder(dir);
  try {
    const result = await launchExport(
      {
        model: modelOfRun(project, run.id),
        format,
        weights,
        heads,
        folder: draft.folder,
        images: imagesToProveOn(project, snapshot, proofImages),
      },
      options,
    );
    const { metrics } = checkpoint;
    const facts = factsOf(project, { id: run.id, name: run.name }, snapshot, {
      result,
      format,
      weights,
      metrics,
      threshold: project.evaluations.threshold(run.id),
    });
    const card = describe(draft.folder, facts, result);
    draft.keep();
    const files = readdirSync(dir).map((name) => join(dir, name));
    const exported = {
      dir,
      files,
      card,
      runId: run.id,
      format,
      checkpointId: checkpoint.id,
      proof: result.proof,
    };
    noteExport(project, exported);
    return exported;
  } finally {
    draft.drop();
  }
}

function bytesAreForTfjs(): Problem {
  return new Problem('Weights of 8 bits are for TensorFlow.js alone.', 'Export with 16 bits, or to tfjs.');
}

/** As many as wanted, spread over the first split that has labelled ones. */
function imagesToProveOn(project: OpenProject, snapshot: Snapshot, wanted: number): JobImage[] {
  const all = proofSplits
    .map((split) => jobImages(project, snapshot, split))
    .find((images) => images.length > 0);
  if (all === undefined) return [];
  const step = Math.max(1, all.length / wanted);
  return all
    .filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
    .slice(0, wanted);
}

function factsOf(
  project: OpenProject,
  run: CardFacts['run'],
  snapshot: Snapshot,
  {
    result,
    format,
    weights,
    metrics,
    threshold,
  }: Pick<CardFacts, 'weights' | 'metrics' | 'threshold'> & {
    readonly result: ExportResult;
    readonly format: RunnableFormat;
  },
): CardFacts {
  const { recipe, classes, files, proof } = result;
  const splits = (['train', 'val', 'test'] as const)
    .map((name) => ({ name, images: jobImages(project, snapshot, name) }))
    .filter(({ images }) => images.length > 0)
    .map(({ name, images }) => ({
      name,
      images: images.length,
      boxes: images.reduce((sum, { labels }) => sum + labels.length, 0),
    }));
  return {
    project: project.info().name,
    run,
    recipe,
    classes,
    splits,
    metrics,
    threshold,
    pretrained: listWeights().find(({ name }) => name === recipe.backbone),
    weights,
    files,
    proof,
    snippets: snippetsFor[format](recipe, threshold),
  };
}

const snippetsFor: Readonly<Record<RunnableFormat, (recipe: Recipe, threshold: number | null) => Snippet[]>> =
  {
    onnx: onnxSnippets,
    tfjs: tfjsSnippets,
    savedmodel: savedModelSnippets,
  };

/** Writes all that lies beside the model. */
function describe(folder: string, facts: CardFacts, { mainFile, sample }: ExportResult): ModelCard {
  const { classes, recipe, run, metrics, threshold, proof, snippets } = facts;
  const about = { classes: [...classes], recipe, run: run.id, metrics: metrics as ModelCard['metrics'] };
  const card: ModelCard = { version: 1, weights: mainFile, ...about, threshold };
  const image = `sample${extname(sample.path).toLowerCase()}`;
  const shown = snippets.map((snippet) => ({ ...snippet, run: snippet.run.replace('sample.jpg', image) }));
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  copyFileSync(sample.path, join(folder, image));
  const texts: Record<string, string> = {
    'card.json': json(card),
    'card.md': cardText({ ...facts, snippets: shown }),
    'labels.json': json(classes),
    'recipe.json': json(recipe),
    'proof.json': json(proof),
    'sample.json': json({ image, detections: named(sample.found, classes, threshold ?? 0) }),
    ...Object.fromEntries(snippets.map(({ file, text }) => [file, text])),
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return card;
}

/** As the programs in the folder print them. */
function named({ boxes, scores, labels }: FoundObjects, classes: readonly string[], least: number) {
  const all = scores.map((score, i) => ({
    label: classes[labels[i] ?? -1] ?? '',
    score,
    box: boxes.slice(i * 4, i * 4 + 4),
  }));
  return all.filter(({ score }) => score >= least);
}
