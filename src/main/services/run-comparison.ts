// Runs side by side: what their recipes differ in, how right each is on each class, and whether that may be compared.
import type { RunComparison } from '../../shared/contract/training.ts';
import type { Json, JsonObject, Run } from '../../shared/model.ts';
import type { OpenProject } from './projects.ts';
import { runSummary } from './run-list.ts';

/** Compares runs in the order they are named. Throws a Problem where there is no such run. */
export function compareRuns(project: OpenProject, ids: readonly string[]): RunComparison {
  const runs = ids.map((id) => project.runs.get(id));
  const results = runs.map((run) => classResults(project, run));
  const names = [...new Set(results.flatMap((result) => [...result.keys()]))];
  const row = (name: string, key: 'AP' | 'AP50') => results.map((result) => result.get(name)?.[key] ?? null);
  return {
    runs: runs.map((run) => runSummary(project, run)),
    banner: bannerOf(runs),
    differences: recipeDifferences(runs.map(({ recipe }) => recipe)),
    perClass: names.map((name) => ({ name, AP: row(name, 'AP'), AP50: row(name, 'AP50') })),
  };
}

function bannerOf(runs: readonly Run[]): string | null {
  const differ = (key: 'splitHash' | 'snapshotHash') => new Set(runs.map((run) => run[key])).size > 1;
  if (differ('splitHash')) {
    return 'These runs were evaluated on different validation images: their AP cannot be compared.';
  }
  if (differ('snapshotHash')) {
    return 'Labels were changed between these runs: a difference in AP may come from the labels, not from the recipe.';
  }
  return null;
}

/** What a run's chosen checkpoint, or its newest evaluation, says of each class of the validation images. */
function classResults(
  project: OpenProject,
  run: Run,
): Map<string, { AP: number | null; AP50: number | null }> {
  const best = project.checkpoints.list(run.id).find(({ kind }) => kind === 'best');
  const evaluations = project.evaluations.list(run.id).filter(({ split }) => split === 'val');
  const chosen = evaluations.filter(({ checkpointId }) => checkpointId === best?.id);
  for (const { id } of [...chosen, ...evaluations]) {
    const rows = project.evaluations.perClass(id);
    if (rows.length > 0)
      return new Map(rows.map(({ name, AP, AP50 }) => [name, { AP: counted(AP), AP50: counted(AP50) }]));
  }
  return new Map();
}

/** COCO says -1 where a class has no labelled box. */
function counted(value: number): number | null {
  return value >= 0 ? value : null;
}

/** The values that are not alike, by path. */
export function recipeDifferences(recipes: readonly JsonObject[]): RunComparison['differences'] {
  const flat = recipes.map((recipe) => new Map(leaves('', recipe)));
  const paths = new Set(flat.flatMap((map) => [...map.keys()]));
  return [...paths]
    .map((path) => ({ path, values: flat.map((map) => map.get(path) ?? null) }))
    .filter(({ values }) => new Set(values.map((value) => JSON.stringify(value))).size > 1);
}

function leaves(path: string, value: Json): [string, Json][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, part]) => leaves(path === '' ? key : `${path}.${key}`, part));
}
