// ddod import, export-labels.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { conventions, variants } from '../../shared/contract/imports.ts';
import { counted } from '../../shared/counted.ts';
import { sentenceOf } from '../../shared/problem.ts';
import type { StageReport } from '../formats/inspect.ts';
import { formatNamed, isAutomatic, type StageOptions, stageImport } from '../formats/stage.ts';
import type { StagedDataset } from '../formats/staged.ts';
import { withHashes } from '../services/datasets.ts';
import type { ImportReport } from '../services/import-options.ts';
import { type Wish, writeProjectLabels } from '../services/label-export.ts';
import { isProject, type OpenProject } from '../services/projects.ts';
import { withProject } from './arguments.ts';
import { type Console, table, WrongUsage } from './console.ts';
import { stoppable } from './interruption.ts';
import { withProjectMade } from './new-project.ts';

interface ImportArguments {
  readonly project: string;
  readonly format: string;
  readonly images?: string;
  readonly convention?: string;
  readonly variant?: string;
  readonly ignoreDifficult?: boolean;
  readonly splitBy: 'file' | 'ratio';
  readonly classOrder?: readonly string[];
  readonly dryRun?: boolean;
}

interface ExportArguments {
  readonly project: string;
  readonly format: Wish['format'];
  readonly out: string;
  readonly convention?: Exclude<Wish['convention'], undefined>;
  readonly copyImages?: boolean;
}

/** Rows of a report shown to people; the JSON document has all. */
const shownRows = 10;

export function addDataVerbs(program: Command, console: Console): void {
  program
    .command('import')
    .description('take labelled images into a project; the source is never changed')
    .argument('<source>', 'a folder or a label file')
    .requiredOption('--project <dir>', 'the project, made where it is missing')
    .option(
      '--format <name>',
      'auto, coco, voc, yolo, cvat, createml, labelme, label-studio, wider, crowdhuman, images',
      importFormat,
      'auto',
    )
    .option('--images <dir>', 'where the images are, if not beside the labels')
    .addOption(
      new Option('--convention <name>', 'how Pascal VOC or Create ML counts pixels').choices(conventions),
    )
    .addOption(
      new Option(
        '--variant <name>',
        'which labels of a Label Studio task (latest, first, predictions) or of a person in CrowdHuman',
      ).choices(variants),
    )
    .option('--ignore-difficult', 'take boxes marked difficult as ignored regions')
    .addOption(
      new Option('--split-by <how>', 'the splits of the source, or dealt anew')
        .choices(['file', 'ratio'])
        .default('file'),
    )
    .option('--class-order <names>', 'classes that come first, with commas between', names)
    .option('--dry-run', 'report and change nothing')
    .option('--json', 'one JSON document on stdout')
    .action((source: string, options: ImportArguments) => importDataset(source, options, console));
  program
    .command('export-labels')
    .description('write the labels of a project to a new folder')
    .requiredOption('--project <dir>', 'the project')
    .requiredOption(
      '--format <name>',
      'coco, voc, yolo, cvat, createml, label-studio or labelme',
      knownFormat,
    )
    .requiredOption('--out <dir>', 'a new folder')
    .addOption(
      new Option('--convention <name>', 'how Pascal VOC is to count pixels').choices([
        'voc-0-based',
        'voc-1-based',
      ]),
    )
    .option('--copy-images', 'put a copy of every image beside its labels')
    .option('--json', 'one JSON document on stdout')
    .action((options: ExportArguments) =>
      withProject(options.project, { readOnly: true }, (project) => writeLabels(project, options, console)),
    );
}

async function writeLabels(project: OpenProject, options: ExportArguments, console: Console): Promise<void> {
  const { format, out, convention, copyImages = false } = options;
  if (convention !== undefined && formatNamed(format).name !== 'voc')
    throw new WrongUsage(`Only Pascal VOC has conventions; ${format} is written in its own.`);
  const wish = { format, copyImages, finishedOnly: false, ...(convention && { convention }) };
  await stoppable(async (signal) => {
    const onProgress = (done: number, total: number, what: string) => {
      if (!console.json) console.progress(done, total, `${what} ${done} of ${total} images`);
    };
    const { manifest, readBack, notes } = await writeProjectLabels(project, wish, out, {
      onProgress,
      signal,
    });
    const { counts, apart } = manifest;
    const lines = [
      `wrote the labels of ${counted(counts.images, 'image', 'images')} as ${format} to ${out}`,
      ...(apart
        ? [`${counts.boxes - apart.boxes} of ${counts.boxes} boxes are where other programs look`]
        : []),
      `read back${apart ? ` with ${apart.place}` : ''}: ${readBack.same} of ${counts.boxes} boxes are where they were`,
      ...notes,
    ];
    console.result({ ...manifest, notes, readBack }, lines.join('\n'));
  });
}

async function importDataset(source: string, options: ImportArguments, console: Console): Promise<void> {
  await stoppable(async (signal) => {
    const told = (text: (done: number, total: number) => string) => (done: number, total: number) => {
      // a total of 0 is not known yet
      if (!console.json) console.progress(total === 0 ? 0 : done, total || 1, text(done, total));
    };
    const stage: StageOptions = {
      ...options,
      signal,
      onFiles: told((done, total) =>
        total === 0 ? `found ${done} files` : `looked into ${done} of ${total} files`,
      ),
      onProgress: told((done, total) => `reading ${done} of ${total} files`),
    };
    const { dataset, report } = await stageImport(source, stage);
    const onProgress = told((done, total) => `checking ${done} of ${total} images`);
    const hashed = await withHashes(dataset, { signal, onProgress });
    const { splitBy, dryRun = false } = options;
    const taking = { signal, onProgress: told((done, total) => `taking in ${done} of ${total} images`) };
    const done = dryRun
      ? await tried(hashed, options)
      : await withProjectMade(options.project, (project) =>
          project.datasets.take(hashed, { splitBy, source: resolve(source), session: 'cli' }, taking),
        );
    // what came in is in; of a try there is nothing to keep
    if (dryRun) signal.throwIfAborted();
    tell(console, report, done, dryRun);
  });
}

/** What an import would do. A dry run makes no project: where there is none it is tried on one that is thrown away. */
async function tried(dataset: StagedDataset, { project: dir, splitBy }: ImportArguments) {
  const scratch = isProject(dir) ? undefined : mkdtempSync(join(tmpdir(), 'ddod-dry-run-'));
  try {
    return await withProject(scratch ?? dir, { create: scratch !== undefined }, (project) =>
      project.datasets.commit(dataset, { splitBy, dryRun: true, session: 'cli' }),
    );
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

function tell(console: Console, report: StageReport, done: ImportReport, dryRun: boolean): void {
  const classes = report.classes.map(({ name, boxes }) => [name, String(boxes)]);
  const splits = Object.entries(done.splits).map(([name, count]) => `${name} ${count}`);
  const lines = [
    `${dryRun ? 'would import' : 'imported'} ${counted(done.images, 'image', 'images')} and ${counted(done.boxes, 'box', 'boxes')} as ${report.format}`,
    table([['class', 'boxes'], ...classes]),
    `splits: ${splits.join(', ')}`,
    ...someOf('warning', done.warnings),
    ...someOf(
      'left out',
      done.skipped.map(({ file, reason }) => `${file}: ${reason}`),
    ),
  ];
  console.result({ ...report, ...done, dryRun }, lines.join('\n'));
}

function importFormat(name: string): string {
  return isAutomatic(name) ? name : knownFormat(name);
}

function knownFormat(name: string): string {
  try {
    formatNamed(name);
    return name;
  } catch (error) {
    throw new InvalidArgumentError(sentenceOf(error));
  }
}

function names(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

function someOf(what: string, rows: readonly string[]): string[] {
  const shown = rows.slice(0, shownRows).map((row) => `${what}: ${row}`);
  return rows.length > shownRows ? [...shown, `... and ${rows.length - shownRows} more`] : shown;
}
