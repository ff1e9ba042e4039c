// Exports a run's model: its weights in a file others read, and a card that says what it is.
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Recipe } from '../../shared/recipe.ts';
import { modelTensors } from '../db/checkpoint-model.ts';
import { writePth } from '../detector/checkpoints/pth-writer.ts';
import { writeSafetensors } from '../detector/checkpoints/safetensors-file.ts';
import type { StoredTensor } from '../detector/checkpoints/stored-tensor.ts';
import { draftFolder } from './draft-folder.ts';
import type { ModelCard } from './models.ts';
import type { OpenProject } from './projects.ts';

export const exportFormats = ['pth', 'safetensors'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface Exported {
  readonly dir: string;
  readonly files: readonly string[];
  readonly card: ModelCard;
  readonly runId: string;
  readonly format: ExportFormat;
  readonly checkpointId: number;
}

/** What is noted of an export. */
interface Noted {
  readonly dir: string;
  readonly format: string;
  readonly checkpointId: number;
  readonly runId: string;
}

/** Writes the chosen checkpoint of a run to the new folder `out`. The folder appears whole or not at all. */
export function exportRun(project: OpenProject, runId: string, format: ExportFormat, out: string): Exported {
  const run = project.runs.get(runId);
  const { id: checkpointId } = project.checkpoints.chosen(run.id);
  const checkpoint = project.checkpoints.load(checkpointId);
  const { recipe, classes } = checkpoint.state as unknown as { recipe: Recipe; classes: string[] };
  const weights = `model.${format}`;
  const metrics = checkpoint.metrics as ModelCard['metrics'];
  const threshold = project.evaluations.threshold(run.id);
  const card: ModelCard = { version: 1, weights, classes, recipe, run: run.id, metrics, threshold };
  const dir = resolve(out);
  const draft = draftFolder(dir);
  try {
    const file = join(draft.folder, weights);
    const about = { run: run.id, metrics: JSON.stringify(metrics) };
    writeWeights(file, format, modelTensors(checkpoint), classes, about);
    writeFileSync(join(draft.folder, 'labels.txt'), `${classes.join('\n')}\n`);
    writeFileSync(join(draft.folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
    draft.keep();
  } finally {
    draft.drop();
  }
  const exported = {
    dir,
    files: readdirSync(dir).map((name) => join(dir, name)),
    card,
    runId: run.id,
    format,
    checkpointId,
  };
  noteExport(project, exported);
  return exported;
}

/** Notes in a project that is open for writing where a run's model went; `ddod runs` and the window tell it. */
export function noteExport(project: OpenProject, { runId, checkpointId, format, dir }: Noted): void {
  if (!project.readOnly) project.runs.addExport(runId, { checkpointId, format, dir, at: Date.now() });
}

function writeWeights(
  file: string,
  format: ExportFormat,
  tensors: Map<string, StoredTensor>,
  classes: readonly string[],
  about: Readonly<Record<string, string>>,
): void {
  if (format === 'pth') writePth(file, { tensors, classes, meta: about });
  else writeSafetensors(file, tensors, { classes: JSON.stringify(classes) });
}
