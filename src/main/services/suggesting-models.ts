// The models that can suggest: runs by their best or last checkpoint, and detectors in files. Each goes by a key.
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ModelChoice } from '../../shared/contract/suggestions.ts';
import type { Checkpoint, Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import type { ModelClass } from '../../shared/suggestion.ts';
import type { ModelSource } from '../trainer/job.ts';
import { findModel } from './models.ts';
import type { OpenProject } from './projects.ts';
import { trainedClasses } from './training-job.ts';
import { wholePath } from './typed-path.ts';

/** `best` and `last` of a run, as in `r3/best`. */
export type RunPart = 'best' | 'last';

export interface ChosenModel {
  readonly key: string;
  readonly name: string;
  readonly source: ModelSource;
  /** Where the project keeps what makes it quicker. */
  readonly cache: string;
  readonly runId: string | null;
  readonly checkpointId: number | null;
  /** What the model's classes stand for where the project knows; otherwise their names decide. */
  readonly classes: readonly ModelClass[] | null;
}

/** Runs with something learnt, newest first, then files that have suggested before. */
export function modelChoices(project: OpenProject): ModelChoice[] {
  const known = new Map(project.suggestions.models().map((model) => [model.key, model]));
  const ofRuns = project.runs.list().flatMap((run) =>
    partsOf(project, run).map(([part, checkpoint]) => ({
      key: `${run.id}/${part}`,
      name: nameOf(run, part),
      runId: run.id,
      checkpointId: checkpoint.id,
      score: project.evaluations.usualScore(run.id, checkpoint.id),
    })),
  );
  const keys = new Set(ofRuns.map(({ key }) => key));
  const files = [...known.values()].filter(({ key }) => !keys.has(key) && !isRunKey(key));
  const ofFiles = files.map(({ key, name }) => {
    return { key, name, runId: null, checkpointId: null, score: scoreOfFile(key) };
  });
  return [...ofRuns, ...ofFiles].map((choice) => ({
    ...choice,
    images: known.get(choice.key)?.images ?? 0,
    classes: known.get(choice.key)?.classes ?? [],
  }));
}

/** The model of a key. Throws a Problem where there is none. */
export function chosenModel(project: OpenProject, key: string): ChosenModel {
  return isRunKey(key) ? modelOfRunKey(project, key) : modelOfFile(project, key);
}

/** By name, where nothing better is known: capitals and spaces around do not matter. */
export function classesByName(project: OpenProject, names: readonly string[]): ModelClass[] {
  const plain = (name: string) => name.trim().toLowerCase();
  const ids = new Map(project.classes.list().map((label) => [plain(label.name), label.id]));
  return names.map((name) => ({ name, classId: ids.get(plain(name)) ?? null }));
}

function isRunKey(key: string): boolean {
  return /^r\d{1,15}\/(best|last)$/.test(key);
}

function modelOfRunKey(project: OpenProject, key: string): ChosenModel {
  const [runId = '', part = 'best'] = key.split('/');
  const run = project.runs.get(runId);
  const checkpoint = partsOf(project, run).find(([name]) => name === part)?.[1];
  if (!checkpoint)
    throw new Problem(
      `${run.name} has no ${part} checkpoint.`,
      'Let it train until the end of its first epoch.',
    );
  return {
    key,
    name: nameOf(run, part as RunPart),
    source: { kind: 'checkpoint', store: project.checkpoints.file, id: checkpoint.id },
    cache: cacheOf(project),
    runId: run.id,
    checkpointId: checkpoint.id,
    classes: classesOfRun(project, run),
  };
}

function classesOfRun(project: OpenProject, run: Run): ModelClass[] | null {
  if (run.snapshotHash === null) return null;
  const labels = trainedClasses(project.snapshots.get(run.snapshotHash));
  return labels.map(({ name, id }) => ({ name, classId: id }));
}

function cacheOf(project: OpenProject): string {
  return join(project.dir, 'cache', 'graphs');
}

/** Files of detectors, and folders that exports made; other kinds of model join where findModel and openDetector do. */
function modelOfFile(project: OpenProject, key: string): ChosenModel {
  const file = resolve(wholePath(key));
  if (!existsSync(file)) throw new Problem(`There is no file ${file}.`, 'Check the path.');
  const { source } = findModel(file);
  const about = { runId: null, checkpointId: null, classes: null };
  return { key: file, name: basename(file), source, cache: cacheOf(project), ...about };
}

/** As its card says; null also where the file is gone meanwhile. */
function scoreOfFile(file: string): number | null {
  try {
    return findModel(file).threshold;
  } catch {
    return null;
  }
}

/** Step 0 is where a run starts from: nothing is learned yet. */
function partsOf(project: OpenProject, run: Run): (readonly [RunPart, Checkpoint])[] {
  const learnt = project.checkpoints.list(run.id).filter(({ step }) => step > 0);
  const best = learnt.find(({ kind }) => kind === 'best');
  const last = learnt.reduce<Checkpoint | undefined>(
    (top, one) => (top && top.step >= one.step ? top : one),
    undefined,
  );
  const parts: (readonly [RunPart, Checkpoint])[] = [];
  if (best) parts.push(['best', best]);
  if (last && last.kind !== 'best') parts.push(['last', last]);
  return parts;
}

function nameOf(run: Run, part: RunPart): string {
  return `${run.name}, ${part}`;
}
