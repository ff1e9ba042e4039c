// ddod train, resume, runs.
import type { Command } from 'commander';
import type { Run } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { keepAwake } from '../server/keep-awake.ts';
import type { OpenProject } from '../services/projects.ts';
import { adviseRecipe, warmupWarning } from '../services/recipe-advice.ts';
import { inSlices } from '../services/slices.ts';
import { fitted, recipeOf, type StartWishes, startOf } from '../services/training-wishes.ts';
import { type ActiveTraining, resumeTraining, startTraining } from '../services/trainings.ts';
import {
  collect,
  naturalNumber,
  positiveInteger,
  positiveIntegerOrAuto,
  positiveNumber,
  withProject,
} from './arguments.ts';
import { type Console, duration, Interrupted, percent, WrongUsage } from './console.ts';
import { onSignals } from './interruption.ts';
import { describeRecipe } from './recipe-text.ts';
import { TrainingReport } from './training-report.ts';

interface TrainOptions extends StartWishes {
  readonly project: string;
  readonly device: string;
  readonly showRecipe?: boolean;
}

export function addTrainVerbs(program: Command, console: Console): void {
  program
    .command('train')
    .description('fine-tune a detector on the labels of a project')
    .requiredOption('--project <dir>', 'the project')
    .option('--detector <name>', 'ddod-atss or atss')
    .option('--backbone <name>', 'efficientnet-lite0, resnet18, resnet50, ...')
    .option(
      '--preset <name>',
      'fast, balanced, paper or reference; auto: what fits the labels and this computer',
    )
    .option('--from <run>', "begin with a run's best weights, and its recipe where no preset is named")
    .option(
      '--init <auto|none|file>',
      'first weights: ImageNet backbone, drawn anew, or a checkpoint',
      'auto',
    )
    .option('--size <N|WxH>', 'largest image sides in pixels')
    .option('--epochs <n>', 'passes over the training images', positiveInteger)
    .option('--batch <n|auto>', 'images a step; auto: as many as memory allows', positiveIntegerOrAuto)
    .option('--lr <x>', 'learning rate', positiveNumber)
    .option('--precision <name>', 'fp32 or auto', 'auto')
    .option('--device <name>', 'auto or cpu', 'auto')
    .option('--seed <n>', 'where all chance comes from', naturalNumber, 0)
    .option('--name <text>', 'a name for the run')
    .option(
      '--keep-every <n>',
      'keep the checkpoint of every nth epoch, beside the best and the last',
      positiveInteger,
    )
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
}

async function train(options: TrainOptions, console: Console): Promise<void> {
  refuseNonsense(options);
  const { project: dir, preset, from, showRecipe } = options;
  // what makes no sense is said before the project is touched
  const plain = preset === 'auto' || from !== undefined ? undefined : wishedRecipe(undefined, options);
  await withProject(dir, { readOnly: showRecipe === true }, async (project) => {
    if (from !== undefined) project.runs.get(from);
    const wishes = preset === 'auto' ? await advisedWith(project, options) : options;
    const { train: images } = await inSlices(project.labelFacts.read());
    const recipe = fitted(plain ?? wishedRecipe(project, wishes), wishes, images);
    if (showRecipe) return showWhole(recipe, console);
    const report = new TrainingReport(console, recipe);
    const start = { ...startOf(project, wishes), recipe };
    console.note(describeRecipe(recipe, start.autoBatch));
    for (const warning of warmupWarning(recipe, images)) console.note(warning);
    const active = await startTraining(project, start, (event) => report.hear(event));
    await followTraining(project, active, report, console);
  });
}

function refuseNonsense({ device, from, init }: TrainOptions): void {
  if (device !== 'auto' && device !== 'cpu') {
    throw new WrongUsage(`The device ${device} is not there yet.`, 'Use --device auto.');
  }
  if (from !== undefined && init !== 'auto') {
    throw new WrongUsage('--from and --init both say what to begin with.', 'Give one of them.');
  }
}

/** What is advised for the project, with the options in its place where they say something. */
async function advisedWith(project: OpenProject, options: TrainOptions): Promise<StartWishes> {
  const { wishes } = await inSlices(adviseRecipe(project));
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return { ...wishes, ...given, preset: wishes.preset, set: [...(wishes.set ?? []), ...(options.set ?? [])] };
}

function showWhole(recipe: Recipe, console: Console): void {
  console.result(recipe, JSON.stringify(recipe, null, 2));
}

/** What makes no sense in a recipe was typed as an option. */
function wishedRecipe(project: OpenProject | undefined, wishes: StartWishes): Recipe {
  try {
    return recipeOf(project, wishes);
  } catch (error) {
    throw error instanceof Problem ? new WrongUsage(error.message, error.remedy) : error;
  }
}

/** Waits for the end of a training; Ctrl-C pauses it once, and kills it the second time. */
export async function followTraining(
  project: OpenProject,
  active: ActiveTraining,
  report: TrainingReport,
  console: Console,
): Promise<void> {
  let interrupts = 0;
  const forget = onSignals(() => {
    interrupts += 1;
    if (interrupts > 1) active.kill();
    else console.note('Pausing after this step (once more to stop at once) ...');
    active.pause();
  });
  const sleepAgain = keepAwake();
  const run = await active.finished;
  sleepAgain();
  forget();
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
