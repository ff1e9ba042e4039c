// ddod train, resume, runs.
import type { Command } from 'commander';
import type { Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { OpenProject } from '../services/projects.ts';
import { type RecipeWishes, resolveRecipe } from '../services/recipes.ts';
import { type ActiveTraining, resumeTraining, startTraining } from '../services/trainings.ts';
import {
  collect,
  naturalNumber,
  positiveInteger,
  positiveIntegerOrAuto,
  positiveNumber,
  withProject,
  withProjectToRead,
} from './arguments.ts';
import { type Console, duration, Interrupted, percent, table } from './console.ts';
import { describeRecipe } from './recipe-text.ts';
import { TrainingReport } from './training-report.ts';

interface TrainOptions extends RecipeWishes {
  readonly project: string;
  readonly init: string;
  readonly device: string;
  readonly seed: number;
  readonly name?: string;
  readonly showRecipe?: boolean;
}

export function addTrainVerbs(program: Command, console: Console): void {
  program
    .command('train')
    .description('fine-tune a detector on the labels of a project')
    .requiredOption('--project <dir>', 'the project')
    .option('--detector <name>', 'ddod-atss or atss')
    .option('--backbone <name>', 'efficientnet-lite0, resnet18, resnet50, ...')
    .option('--preset <name>', 'fast, balanced, paper or reference', 'fast')
    .option(
      '--init <auto|none|file>',
      'first weights: ImageNet backbone, drawn anew, or a checkpoint',
      'auto',
    )
    .option('--size <N|WxH>', 'largest image sides in pixels')
    .option('--epochs <n>', 'passes over the training images', positiveInteger)
    .option('--batch <n|auto>', 'images a step', positiveIntegerOrAuto)
    .option('--lr <x>', 'learning rate', positiveNumber)
    .option('--precision <name>', 'fp32 or auto', 'auto')
    .option('--device <name>', 'auto or cpu', 'auto')
    .option('--seed <n>', 'where all chance comes from', naturalNumber, 0)
    .option('--name <text>', 'a name for the run')
    .option('--set <key=value>', 'any value of the recipe, such as train.ema=0.99', collect)
    .option('--show-recipe', 'print the resolved recipe and stop')
    .option('--json', 'one JSON document on stdout')
    .action((options: TrainOptions) => train(options, console));
  program
    .command('resume')
    .description('go on with a paused, stopped or failed run, or extend a finished one')
    .requiredOption('--project <dir>', 'the project')
    .requiredOption('--run <id>', 'the run')
    .option(
      '--epochs <n>',
      'epochs in all; the learning rate follows the schedule of a run of that length from here on',
      positiveInteger,
    )
    .option('--json', 'one JSON document on stdout')
    .action((options: { project: string; run: string; epochs?: number }) =>
      withProject(options.project, {}, (project) => {
        const active = resumeTraining(project, options.run, options.epochs, (event) => report.hear(event));
        const report = new TrainingReport(console, recipeSchema.parse(active.run.recipe));
        return followTraining(project, active, report, console);
      }),
    );
  program
    .command('runs')
    .description('the runs of a project')
    .requiredOption('--project <dir>', 'the project')
    .option('--compare <ids...>', 'only these, with what their recipes differ in')
    .option('--json', 'one JSON document on stdout')
    .action((options: { project: string; compare?: string[] }) =>
      withProjectToRead(options.project, (project) => listRuns(project, options.compare, console)),
    );
}

async function train(options: TrainOptions, console: Console): Promise<void> {
  const recipe = resolveRecipe(options);
  if (options.device !== 'auto' && options.device !== 'cpu') {
    throw new Problem(`The device ${options.device} is not there yet.`, 'Use --device auto.');
  }
  if (options.showRecipe) return console.result(recipe, JSON.stringify(recipe, null, 2));
  console.note(describeRecipe(recipe));
  await withProject(options.project, {}, (project) => {
    const report = new TrainingReport(console, recipe);
    const start = { recipe, seed: options.seed, init: options.init, ...nameOf(options) };
    const active = startTraining(project, start, (event) => report.hear(event));
    return followTraining(project, active, report, console);
  });
}

function nameOf({ name }: TrainOptions): { name?: string } {
  return name === undefined ? {} : { name };
}

/** Waits for the end of a training; Ctrl-C pauses it once, and kills it the second time. */
export async function followTraining(
  project: OpenProject,
  active: ActiveTraining,
  report: TrainingReport,
  console: Console,
): Promise<void> {
  let interrupts = 0;
  const interrupt = () => {
    interrupts += 1;
    if (interrupts > 1) active.kill();
    else console.note('Pausing after this step (once more to stop at once) ...');
    active.pause();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  const run = await active.finished;
  process.off('SIGINT', interrupt);
  process.off('SIGTERM', interrupt);
  console.result(trainingDocument(project, run, report), trainingText(run, report));
  if (run.status === 'failed') throw new Problem(run.cause ?? 'The training failed.');
  if (run.status !== 'done') throw new Interrupted();
}

function trainingDocument(project: OpenProject, run: Run, report: TrainingReport) {
  const checkpoints = project.checkpoints.list(run.id);
  const best = checkpoints.find(({ kind }) => kind === 'best');
  const chosen = best ?? checkpoints.find(({ step }) => step > 0);
  return {
    run: run.id,
    status: run.status,
    ...(run.cause === null ? {} : { cause: run.cause }),
    epochs: report.epoch,
    steps: report.step,
    best: { AP: best?.metrics.AP ?? null, AP50: best?.metrics.AP50 ?? null },
    seconds: report.seconds,
    secondsPerStep: report.medianStepSeconds,
    checkpoint: chosen === undefined ? null : `${project.dir}#${run.id}`,
  };
}

function trainingText(run: Run, report: TrainingReport): string {
  const best =
    report.best === undefined
      ? ''
      : `, best AP ${percent(report.best.AP)} (AP50 ${percent(report.best.AP50)})`;
  const cause = run.cause === null ? '' : ` ${run.cause}`;
  return `${run.id} ${run.status} after ${report.step} steps in ${duration(report.seconds)}${best}.${cause}`;
}

function listRuns(project: OpenProject, compare: readonly string[] | undefined, console: Console): void {
  const runs = compare === undefined ? project.runs.list() : compare.map((id) => project.runs.get(id));
  const rows = runs.map((run) => {
    const best = project.checkpoints.list(run.id).find(({ kind }) => kind === 'best');
    const recipe = run.recipe as unknown as Recipe;
    return { run, best, recipe };
  });
  const head = ['run', 'name', 'status', 'detector', 'recipe', 'AP', 'AP50', 'seed', 'cause'];
  const lines = rows.map(({ run, best, recipe }) => [
    run.id,
    run.name,
    run.status,
    recipe.detector,
    recipe.name,
    percent(best?.metrics.AP as number | undefined),
    percent(best?.metrics.AP50 as number | undefined),
    String(run.seed),
    run.cause ?? '',
  ]);
  const differences = compare === undefined ? [] : recipeDifferences(rows.map(({ recipe }) => recipe));
  const document = {
    runs: rows.map(({ run, best }) => ({ ...run, best: best?.metrics ?? null })),
    ...(compare === undefined ? {} : { differences }),
  };
  const text = [table([head, ...lines]), ...(differences.length === 0 ? [] : ['', table(differences)])].join(
    '\n',
  );
  console.result(document, text);
}

/** Rows of a value's path and what it is in each recipe, where they are not all alike. */
function recipeDifferences(recipes: readonly Recipe[]): string[][] {
  const flat = recipes.map((recipe) => new Map(leaves('', recipe)));
  const paths = new Set(flat.flatMap((map) => [...map.keys()]));
  return [...paths]
    .map((path) => [path, ...flat.map((map) => map.get(path) ?? '-')])
    .filter(([, ...values]) => new Set(values).size > 1);
}

function leaves(path: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, part]) => leaves(path === '' ? key : `${path}.${key}`, part));
}
