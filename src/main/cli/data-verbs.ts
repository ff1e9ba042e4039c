// ddod import, export-labels.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { sentenceOf } from '../../shared/problem.ts';
import { exportLabels } from '../formats/export.ts';
import { formatNamed, isAutomatic, type StageOptions, stageImport } from '../formats/stage.ts';
import { withHashes } from '../services/datasets.ts';
import { labelsForExport } from '../services/label-export.ts';
import { isProject, type OpenProject } from '../services/projects.ts';
import { withProject } from './arguments.ts';
import { type Console, table } from './console.ts';

interface ImportArguments {
  readonly project: string;
  readonly format: string;
  readonly images?: string;
  readonly convention?: string;
  readonly splitBy: 'file' | 'ratio';
  readonly classOrder?: readonly string[];
  readonly dryRun?: boolean;
}

interface ExportArguments {
  readonly project: string;
  readonly format: string;
  readonly out: string;
  readonly convention?: string;
  readonly copyImages?: boolean;
}

/** Rows of a report shown to people; the JSON document has all. */
const shownRows = 10;

export function addDataVerbs(program: Command, console: Console): void {
  const convention = () =>
    new Option('--convention <name>', 'how Pascal VOC or Create ML counts pixels').choices([
      'voc-0-based',
      'voc-1-based',
      'createml-pixels',
      'createml-normalised',
    ]);
  program
    .command('import')
    .description('take labelled images into a project; the source is never changed')
    .argument('<source>', 'a folder or a label file')
    .requiredOption('--project <dir>', 'the project, made where it is missing')
    .option(
      '--format <name>',
      'auto, coco, voc, yolo, cvat, createml, labelme, label-studio, images',
      importFormat,
      'auto',
    )
    .option('--images <dir>', 'where the images are, if not beside the labels')
    .addOption(convention())
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
    .requiredOption('--format <name>', 'coco, voc, yolo, cvat or createml', knownFormat)
    .requiredOption('--out <dir>', 'a new folder')
    .addOption(convention())
    .option('--copy-images', 'put a copy of every image beside its labels')
    .option('--json', 'one JSON document on stdout')
    .action((options: ExportArguments) =>
      withProject(options.project, { readOnly: true }, async (project) => {
        const written = await exportLabels(labelsForExport(project), options.format, options.out, options);
        console.result(written, `wrote the labels as ${options.format} to ${options.out}`);
      }),
    );
}

async function importDataset(source: string, options: ImportArguments, console: Console): Promise<void> {
  const stage: StageOptions = {
    ...options,
    onProgress: (done, total) => console.progress(done, total, `reading ${done} of ${total} files`),
  };
  const { dataset, report } = await stageImport(source, stage);
  const hashed = await withHashes(dataset, {
    onProgress: (done, total) => console.progress(done, total, `checking ${done} of ${total} images`),
  });
  const { splitBy, dryRun = false } = options;
  const withTarget =
    dryRun && !isProject(options.project) ? withScratchProject : withProjectAt(options.project);
  await withTarget((project) => {
    const done = project.datasets.commit(hashed, { splitBy, dryRun, session: 'cli' });
    const document = { ...report, ...done, dryRun };
    const classes = report.classes.map(({ name, boxes }) => [name, String(boxes)]);
    const splits = Object.entries(done.splits).map(([name, count]) => `${name} ${count}`);
    const lines = [
      `${dryRun ? 'would import' : 'imported'} ${done.images} images and ${done.boxes} boxes as ${report.format}`,
      table([['class', 'boxes'], ...classes]),
      `splits: ${splits.join(', ')}`,
      ...someOf('warning', done.warnings),
      ...someOf(
        'left out',
        done.skipped.map(({ file, reason }) => `${file}: ${reason}`),
      ),
    ];
    console.result(document, lines.join('\n'));
  });
}

type ProjectBody = (project: OpenProject) => void;

function withProjectAt(dir: string): (body: ProjectBody) => Promise<void> {
  return (body) => withProject(dir, { create: true }, body);
}

/** A dry run makes no project: it is tried on one that is thrown away. */
async function withScratchProject(body: ProjectBody): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'ddod-dry-run-'));
  try {
    await withProjectAt(scratch)(body);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
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
