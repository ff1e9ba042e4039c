// ddod eval, predict, export, weights.
import { type Command, Option } from 'commander';
import { counted } from '../../shared/counted.ts';
import { type Split, splitNames } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { evaluateRunBy, keepEvaluation, makeEvaluation, type RunEvaluation } from '../services/evaluating.ts';
import {
  type Diagnosis,
  evaluateFiles,
  type FileEvaluation,
  type MetricName,
  metricNames,
} from '../services/file-evaluation.ts';
import type { OpenProject } from '../services/projects.ts';
import { fetchWeight, importWeight, listWeights } from '../services/weights.ts';
import { ratio, withProject, withProjectToRead } from './arguments.ts';
import { type Console, percent, table, WrongUsage } from './console.ts';
import { addExportVerb } from './export-verb.ts';
import { predict } from './predict.ts';
import { suggest } from './suggest.ts';

interface EvalArguments {
  readonly project?: string;
  readonly run?: string;
  readonly split: Split;
  readonly metric: MetricName;
  readonly gt?: string;
  readonly dt?: string;
}

export function addModelVerbs(program: Command, console: Console): void {
  program
    .command('eval')
    .description('evaluate a run on a split, or detections in a file against ground truth in a file')
    .option('--project <dir>', 'the project')
    .option('--run <id>', 'the run')
    .addOption(new Option('--split <name>', 'the images to use').choices(splitNames).default('val'))
    .addOption(new Option('--metric <name>', 'the protocol').choices(metricNames).default('coco'))
    .option('--gt <file>', 'COCO ground truth')
    .option('--dt <file>', 'COCO detections')
    .option('--json', 'one JSON document on stdout')
    .action((options: EvalArguments) => evaluate(options, console));
  program
    .command('predict')
    .description('run a detector over images')
    .option('--model <model>', 'a run as DIR#ID, an export folder, an .onnx file, or a weights file')
    .argument('[images...]', 'image files or folders')
    .option('--suggest', "keep what is found as suggestions for a project's images")
    .option('--project <dir>', 'with --suggest: the project')
    .option('--run <id>', 'with --suggest: the run, instead of --model')
    .addOption(
      new Option('--checkpoint <name>', 'with --run: which').choices(['best', 'last']).default('best'),
    )
    .addOption(
      new Option('--which <images>', 'with --suggest').choices(['all', 'unlabelled']).default('unlabelled'),
    )
    .option('--out <file>', 'write COCO results here')
    .option('--overlay <dir>', 'write pictures with boxes here')
    .option('--score <x>', 'lowest score; left out, the one that was chosen for the model', ratio)
    .option('--json', 'one JSON document on stdout')
    .action(async (images: string[], options) => {
      if (options.suggest) return suggest(options, console);
      if (options.model === undefined || images.length === 0)
        throw new WrongUsage('There is nothing to look at.', 'Give --model and images, or --suggest.');
      const { document, text } = await predict(images, options, console);
      console.result(document, text);
    });
  addExportVerb(program, console);
  addWeightVerbs(program.command('weights').description('pretrained weights'), console);
}

function addWeightVerbs(weights: Command, console: Console): void {
  weights
    .command('list', { isDefault: true })
    .description('what there is')
    .option('--json', 'one JSON document on stdout')
    .action(() => {
      const list = listWeights();
      const rows = list.map(({ name, licence, path }) => [name, path === undefined ? '' : 'here', licence]);
      console.result(list, table([['name', 'on disk', 'licence'], ...rows]));
    });
  weights
    .command('fetch <name>')
    .description('download weights')
    .option('--json', 'one JSON document on stdout')
    .action(async (name: string) => {
      const file = await fetchWeight(name, (done, total) =>
        console.progress(done, total ?? 0, `fetching ${name}`),
      );
      console.result(file, `${name} is in ${typeof file === 'string' ? file : JSON.stringify(file)}`);
    });
  weights
    .command('import <file>')
    .description('take weights from a file')
    .option('--json', 'one JSON document on stdout')
    .action(async (file: string) => {
      const weight = await importWeight(file);
      console.result(weight, `${weight.name} is ready`);
    });
}

function evaluate(options: EvalArguments, console: Console): Promise<void> | void {
  const { project, run, gt, dt } = options;
  if (gt !== undefined && dt !== undefined) {
    const evaluation = evaluateFiles(gt, dt, options.metric);
    const { metrics, perClass, diagnosis } = evaluation;
    return console.result({ ...metrics, perClass, ...diagnosis }, evaluationText(evaluation));
  }
  if (project === undefined || run === undefined) {
    throw new WrongUsage('There is nothing to evaluate.', 'Give --project and --run, or --gt and --dt.');
  }
  return evaluateAndKeep(project, run, options, console);
}

/** Evaluated from a project open to read, so that the window may have it open; keeping the result takes a moment. */
async function evaluateAndKeep(
  dir: string,
  run: string,
  options: EvalArguments,
  console: Console,
): Promise<void> {
  const made = await withProjectToRead(dir, (open) => evaluateProjectRun(open, run, options, console));
  try {
    await withProject(dir, {}, (project) => keepEvaluation(project, made));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.note(`The result is not kept in the project, which could not be written to: ${error.message}`);
  }
}

async function evaluateProjectRun(
  project: OpenProject,
  runId: string,
  { split, metric }: EvalArguments,
  console: Console,
): Promise<RunEvaluation> {
  const made = await makeEvaluation(project, runId, split, console.listeners('evaluating'));
  const { record, images, classes, result, unreadable } = made;
  if (result.metrics === null) throw new Problem('The evaluation gave no numbers.');
  const again = await evaluateRunBy(metric, project, made);
  const figures =
    metric === 'coco' ? { ...again, metrics: result.metrics, perClass: result.perClass } : again;
  const { metrics, perClass, diagnosis } = figures;
  const { runId: run, checkpointId: checkpoint } = record;
  const facts = { run, checkpoint, split, images, unreadable: unreadable.length, seconds: result.seconds };
  const without = unreadable.length === 0 ? '' : ` (without ${unreadable.length} that could not be read)`;
  const head = `${run}, ${counted(images, `${split} image`, `${split} images`)}${without}, ${counted(classes, 'class', 'classes')}`;
  console.result(
    { ...facts, ...metrics, perClass, ...diagnosis },
    [head, evaluationText(figures)].join('\n'),
  );
  return made;
}

function evaluationText({ metrics, perClass, diagnosis }: FileEvaluation): string {
  return [metricsText(metrics, perClass), ...(diagnosis ? [diagnosisText(diagnosis)] : [])].join('\n');
}

export function metricsText(
  metrics: Readonly<Record<string, number>>,
  perClass: FileEvaluation['perClass'],
): string {
  const head = Object.entries(metrics).map(([name, value]) => [name, percent(value)]);
  const names = (['AP', 'AP50', 'mMR'] as const).filter((name) => perClass.some((own) => name in own));
  const classes = perClass.map((own) => [own.name, ...names.map((name) => percent(own[name]))]);
  return [table(head), ...(names.length > 0 ? ['', table([['class', ...names], ...classes])] : [])].join(
    '\n',
  );
}

/** How sure the numbers are and what keeps them down, the costliest first. */
function diagnosisText({ intervals, tide }: Diagnosis): string {
  const sure = Object.entries(intervals ?? {}).map(([name, { low, high }]) => [
    name,
    `${percent(low)} to ${percent(high)}`,
  ]);
  const errors = Object.entries(tide.dAP)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, cost]) => [kind, percent(cost), String(tide.counts[kind as keyof typeof tide.counts])]);
  const budget = table([['error', 'costs AP50', 'count'], ...errors]);
  return [
    '',
    ...(sure.length > 0 ? [table([['', 'interval (nominally 95 %)'], ...sure]), ''] : []),
    budget,
  ].join('\n');
}
