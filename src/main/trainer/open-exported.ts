// An exported model made ready: what it was trained for comes from its card, or from the file where that says it.
import { Problem } from '../../shared/problem.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import type { ExportedDetector } from '../detector/export/export-format.ts';
import { exportFormats } from '../detector/export/formats.ts';
import type { ModelSource } from './job.ts';

export interface OpenExported {
  readonly detector: ExportedDetector;
  readonly recipe: Recipe;
  readonly classes: readonly string[];
}

/** Opens it. Throws a Problem where it cannot be run, or where nothing says what it was trained for. */
export async function openExported(
  source: Extract<ModelSource, { kind: 'exported' }>,
): Promise<OpenExported> {
  const detector = await exportFormats[source.format].open(source.file);
  const { recipe, classes } = detector.metadata;
  const told = recipeSchema.safeParse(source.recipe ?? parsed(recipe));
  const names = source.classes ?? parsed(classes);
  if (!told.success || !Array.isArray(names)) {
    await detector.close();
    throw new Problem(
      `${source.file} does not say what it was trained for.`,
      'Give a model that was exported by this program.',
    );
  }
  return { detector, recipe: told.data, classes: names.map(String) };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
