// ddod runs: the runs of a project as a table or side by side; what is written about them; what is thrown away.
import type { Command } from 'commander';
import type { RunComparison } from '../../shared/contract/training.ts';
import type { Json, Run } from '../../shared/model.ts';
import type { Recipe } from '../../shared/recipe.ts';
import type { OpenProject } from '../services/projects.ts';
import { compareRuns } from '../services/run-comparison.ts';
import { removeRun, thinRun } from '../services/run-removal.ts';
import { positiveInteger, withProject, withProjectToRead } from './arguments.ts';
import { type Console, percent, table, WrongUsage } from './console.ts';
import { showRun } from './run-text.ts';

interface RunsOptions {
  readonly project: string;
  readonly show?: string;
  readonly compare?: readonly string[];
  readonly star?: readonly string[];
  readonly unstar?: readonly string[];
  readonly note?: readonly string[];
  readonly tag?: readonly string[];
  readonly rename?: readonly string[];
  readonly delete?: readonly string[];
  readonly thin?: readonly string[];
  readonly every?: number;
}

export function addRunsVerb(program: Command, console: Console): void {
  program
    .command('runs')
    .description('the runs of a project, what is written about them, and what is thrown away')
    .requiredOption('--project <dir>', 'the project')
    .option('--show <id>', 'one run: where it came from, its checkpoints with their sizes, its exports')
    .option('--compare <ids...>', 'only these, with what their recipes differ in and AP by class')
    .option('--star <ids...>', 'mark runs')
    .option('--unstar <ids...>', 'take the mark away')
    .option('--note <id-and-text...>', 'write a note about a run: --note r1 "better light"')
    .option('--tag <id-and-tags...>', 'the tags of a run, in place of those it has: --tag r1 night large')
    .option('--rename <id-and-name...>', 'another name: --rename r1 "first try"')
    .option('--thin <ids...>', 'keep the best and the last checkpoint alone, and those of --every')
    .option('--every <n>', 'with --thin: keep the checkpoints of every so many epochs', positiveInteger)
    .option('--delete <ids...>', 'delete runs with all they left')
    .option('--json', 'one JSON document on stdout')
    .action((options: RunsOptions) => runs(options, console));
}

async function runs(options: RunsOptions, console: Console): Promise<void> {
  const { project: dir, compare, show } = options;
  if (changesSomething(options)) return withProject(dir, {}, (project) => change(project, options, console));
  await withProjectToRead(dir, (project) => {
    if (show !== undefined) return showRun(project, show, console);
    if (compare !== undefined) return side(project, compare, console);
    return list(project, project.runs.list(), console);
  });
}

function changesSomething({ star, unstar, note, tag, rename, delete: gone, thin }: RunsOptions): boolean {
  return [star, unstar, note, tag, rename, gone, thin].some((option) => option !== undefined);
}

async function change(project: OpenProject, options: RunsOptions, console: Console): Promise<void> {
  const [noted, note] = idAndRest('--note', options.note);
  const [tagged, tags] = idAndRest('--tag', options.tag);
  const [renamed, name] = idAndRest('--rename', options.rename);
  for (const id of options.star ?? []) project.runs.change(id, { starred: true });
  for (const id of options.unstar ?? []) project.runs.change(id, { starred: false });
  if (noted !== undefined) project.runs.change(noted, { notes: note.join(' ') });
  if (tagged !== undefined) project.runs.change(tagged, { tags });
  if (renamed !== undefined) project.runs.change(renamed, { name: name.join(' ') });
  for (const id of options.thin ?? []) {
    console.note(freed(id, await thinRun(project, id, options.every ?? null)));
  }
  for (const id of options.delete ?? []) console.note(freed(id, await removeRun(project, id)));
  list(project, project.runs.list(), console);
}

function idAndRest(option: string, words: readonly string[] | undefined): [string | undefined, string[]] {
  const [id, ...rest] = words ?? [];
  if (id !== undefined && rest.length === 0)
    throw new WrongUsage(`${option} wants a run and what to say of it.`);
  return [id, rest];
}

function freed(id: string, { checkpoints, bytes }: { checkpoints: number; bytes: number }): string {
  return `${id}: ${checkpoints} checkpoints deleted, ${(bytes / 1e6).toFixed(1)} MB given back`;
}

function list(project: OpenProject, chosen: readonly Run[], console: Console): void {
  console.result({ runs: chosen.map((run) => documentOf(project, run)) }, tableOf(project, chosen));
}

function side(project: OpenProject, ids: readonly string[], console: Console): void {
  const chosen = ids.map((id) => project.runs.get(id));
  const { differences, perClass, banner } = compareRuns(project, ids);
  const rows = differences.map(({ path, values }) => [path, ...values.map(shown)]);
  const parts = [
    tableOf(project, chosen),
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...classTable(ids, perClass),
  ];
  const document = {
    runs: chosen.map((run) => documentOf(project, run)),
    differences: rows,
    perClass,
    banner,
  };
  console.result(document, [...parts, ...(banner === null ? [] : [banner])].join('\n\n'));
}

function classTable(ids: readonly string[], perClass: RunComparison['perClass']): string[] {
  if (perClass.length === 0) return [];
  const rows = perClass.map(({ name, AP }) => [name, ...AP.map((value) => percent(value ?? undefined))]);
  return [table([['AP by class', ...ids], ...rows])];
}

function shown(value: Json): string {
  return value === null ? '-' : JSON.stringify(value);
}

function bestOf(project: OpenProject, run: Run) {
  return project.checkpoints.list(run.id).find(({ kind }) => kind === 'best')?.metrics ?? null;
}

function documentOf(project: OpenProject, run: Run) {
  return { ...run, best: bestOf(project, run) };
}

function tableOf(project: OpenProject, chosen: readonly Run[]): string {
  const head = ['run', 'name', 'status', 'detector', 'recipe', 'AP', 'AP50', 'seed', 'tags', 'cause'];
  const lines = chosen.map((run) => {
    const recipe = run.recipe as unknown as Recipe;
    const best = bestOf(project, run);
    return [
      run.starred ? `${run.id} *` : run.id,
      run.name,
      run.status,
      recipe.detector,
      recipe.name,
      percent(best?.AP as number | undefined),
      percent(best?.AP50 as number | undefined),
      String(run.seed),
      run.tags.join(', '),
      run.cause ?? '',
    ];
  });
  return table([head, ...lines]);
}
