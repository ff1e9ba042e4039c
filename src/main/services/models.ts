// Trained detectors by reference: `DIR#ID` for a run of a project, an export folder, or a weights file.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { z } from 'zod';
import { Problem } from '../../shared/problem.ts';
import { recipeSchema } from '../../shared/recipe.ts';
import type { ModelSource, RunnableFormat } from '../trainer/job.ts';
import { type OpenProject, openProject } from './projects.ts';

/** What an export folder says of its model, in `card.json`. */
export const cardSchema = z.object({
  version: z.literal(1),
  weights: z.string(),
  classes: z.array(z.string()),
  recipe: recipeSchema,
  run: z.string().nullable(),
  metrics: z.record(z.string(), z.json()),
  /** The score from which a person wants its detections; null where none was chosen. */
  threshold: z.number().nullable().default(null),
});

export type ModelCard = z.infer<typeof cardSchema>;

/** The model of a run: its best checkpoint, or its latest. */
export function modelOfRun(project: OpenProject, runId: string): ModelSource {
  const run = project.runs.get(runId);
  return { kind: 'checkpoint', store: project.checkpoints.file, id: project.checkpoints.chosen(run.id).id };
}

/** A model, and the score from which a person wants its detections; null where none was chosen. */
export interface FoundModel {
  readonly source: ModelSource;
  readonly threshold: number | null;
}

/** Finds a model by what a user writes. Throws a Problem where there is none. */
export function findModel(reference: string): FoundModel {
  const hash = reference.lastIndexOf('#');
  if (hash > 0 && !existsSync(reference))
    return modelOfProject(reference.slice(0, hash), reference.slice(hash + 1));
  if (!existsSync(reference)) {
    throw new Problem(
      `There is no model ${reference}.`,
      'Give a run as DIR#ID, an export folder, or a weights file.',
    );
  }
  return statSync(reference).isDirectory()
    ? modelOfFolder(reference)
    : { source: modelOfFile(reference), threshold: null };
}

/** By name or extension. */
const modelFiles: Readonly<Record<string, RunnableFormat>> = {
  '.onnx': 'onnx',
  'model.json': 'tfjs',
  'saved_model.pb': 'savedmodel',
};

/** What runs the file, by its name; undefined for weights alone. */
export function runnableFormatOf(file: string): RunnableFormat | undefined {
  return modelFiles[basename(file)] ?? modelFiles[extname(file).toLowerCase()];
}

/** Files by their names: what is not an exported model holds weights. */
function modelOfFile(file: string, about: Pick<ModelCard, 'recipe' | 'classes'> | object = {}): ModelSource {
  const format = runnableFormatOf(file);
  return format === undefined
    ? { kind: 'file', file, ...about }
    : { kind: 'exported', format, file, ...about };
}

function modelOfProject(dir: string, runId: string): FoundModel {
  const project = openProject(dir, { readOnly: true });
  try {
    const source = modelOfRun(project, runId);
    return { source, threshold: project.evaluations.threshold(project.runs.get(runId).id) };
  } finally {
    project.close();
  }
}

function modelOfFolder(folder: string): FoundModel {
  const file = join(folder, 'card.json');
  if (!existsSync(file)) {
    throw new Problem(
      `${folder} is not an exported model: it has no card.json.`,
      'Export one with "ddod export".',
    );
  }
  const card = cardSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!card.success)
    throw new Problem(`${file} cannot be read: ${z.prettifyError(card.error)}.`, 'Export the model anew.');
  const { weights, recipe, classes, threshold } = card.data;
  return { source: modelOfFile(join(folder, weights), { recipe, classes }), threshold };
}
