// ddod export: a run's model for other programs, or its weights alone.
import { type Command, Option } from 'commander';
import { Problem } from '../../shared/problem.ts';
import {
  type Exported,
  type ExportFormat,
  exportFormats,
  exportRun,
  noteExport,
} from '../services/exports.ts';
import { type ExportedModel, exportModel } from '../services/model-export.ts';
import type { OpenProject } from '../services/projects.ts';
import { type RunnableFormat, runnableFormats } from '../trainer/job.ts';
import { positiveInteger, withProject } from './arguments.ts';
import { type Console, percent, table, WrongUsage } from './console.ts';
import { stoppable } from './interruption.ts';

interface ExportArguments {
  readonly project: string;
  readonly run: string;
  readonly to: ExportFormat | RunnableFormat;
  readonly out: string;
  readonly half?: boolean;
  readonly int8?: boolean;
  readonly heads?: boolean;
  readonly proof?: number;
}

export function addExportVerb(program: Command, console: Console): void {
  const formats = [...runnableFormats, ...exportFormats];
  program
    .command('export')
    .description(
      "write a run's model to a folder, with the proof that it agrees where other programs can run it",
    )
    .requiredOption('--project <dir>', 'the project')
    .requiredOption('--run <id>', 'the run')
    .addOption(new Option('--to <format>', 'the kind of file').choices(formats).makeOptionMandatory())
    .requiredOption('--out <dir>', 'a new folder')
    .option('--half', 'weights as float16: half the size, nearly the same numbers')
    .option('--int8', 'weights of 8 bits, for tfjs: a quarter of the size, slightly other numbers')
    .option('--heads', "the network's own outputs as a second model, for runtimes without NMS")
    .option('--proof <images>', 'labelled images to prove it on', positiveInteger)
    .option('--json', 'one JSON document on stdout')
    .action(async (options: ExportArguments) => {
      const exported = await withProject(options.project, { readOnly: true }, (project) =>
        exportTo(project, options, console),
      );
      await noteIn(options.project, exported, console);
    });
}

/** The export was made from a project open to read, so that the window may have it open; the note takes a moment. */
async function noteIn(dir: string, exported: Exported | ExportedModel, console: Console): Promise<void> {
  try {
    await withProject(dir, {}, (project) => noteExport(project, exported));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.note(`The project does not list this export, for it could not be written to: ${error.message}`);
  }
}

async function exportTo(
  project: OpenProject,
  options: ExportArguments,
  console: Console,
): Promise<Exported | ExportedModel> {
  const { run, to, out } = options;
  const format = runnableFormats.find((name) => name === to);
  const weights = weightsOf(options);
  if (format === undefined) {
    const exported = exportRun(project, run, to as ExportFormat, out);
    console.result(exported, exported.files.join('\n'));
    return exported;
  }
  const exported = await stoppable((signal) =>
    exportModel(project, run, {
      format,
      out,
      signal,
      weights,
      ...(options.heads && { heads: true }),
      ...(options.proof !== undefined && { proofImages: options.proof }),
      onProgress: (stage, done, of) => console.progress(done, of, `${stage} ${format}`),
      onWarning: (text) => console.note(`warning: ${text}`),
    }),
  );
  console.result(exported, `${exported.files.join('\n')}\n\n${proofText(exported)}`);
  return exported;
}

/** What was asked for is done or refused, never passed over. */
function weightsOf({ to, half = false, int8 = false, heads, proof }: ExportArguments) {
  const isForPrograms = runnableFormats.some((name) => name === to);
  if (!isForPrograms && (half || int8 || heads || proof !== undefined))
    throw new WrongUsage(
      `${to} holds the weights alone, as they were trained.`,
      `--half, --int8, --heads and --proof go with ${runnableFormats.join(', ')}.`,
    );
  if (int8 && to !== 'tfjs')
    throw new WrongUsage('Weights of 8 bits are for TensorFlow.js alone.', 'Give --half, or --to tfjs.');
  if (half && int8) throw new WrongUsage('Weights have one size.', 'Give --half or --int8.');
  if (int8) return 'uint8';
  return half ? 'float16' : 'float32';
}

function proofText({ proof }: ExportedModel): string {
  const { AP, milliseconds } = proof;
  return table([
    [`on ${proof.images} images`, 'ours', proof.runtime],
    ['AP', percent(AP.engine), percent(AP.exported)],
    ['milliseconds an image', milliseconds.engine.toFixed(0), milliseconds.exported.toFixed(0)],
    ['largest difference of a box, pixels', '', String(Number(proof.boxDifference.toPrecision(2)))],
    ['largest difference of a score', '', String(Number(proof.scoreDifference.toPrecision(2)))],
    ['detections without a counterpart', '', `${proof.unmatched} of ${proof.detections}`],
  ]);
}
