// The values of a recipe that a person may change before a training, as the recipe's schema has them: each with its bounds,
// and why it is what it is.
import { z } from 'zod';
import type { RecipeField } from '../../shared/contract/recipes.ts';
import type { Json } from '../../shared/model.ts';
import { type Recipe, recipeSchema } from '../../shared/recipe.ts';
import { fieldWords, type RecipePath } from './recipe-field-words.ts';

/** What this reads of a JSON schema. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

type Kind = Pick<RecipeField, 'kind' | 'min' | 'max' | 'choices'>;

const groups = {
  detector: 'Network',
  backbone: 'Network',
  frozen: 'Network',
  channels: 'Network',
  stackedConvs: 'Network',
  normGroups: 'Network',
  disentangle: 'Network',
  input: 'Images',
  augment: 'Augmentation',
  train: 'Training',
  assigner: 'Label assignment',
  rule: 'Label assignment',
  test: 'Testing',
} as const satisfies Readonly<Record<Exclude<keyof Recipe, 'name' | 'description'>, string>>;

const recipeShape = z.toJSONSchema(recipeSchema) as Schema;

/** Every field with its value in `recipe`; `reasons` by path take the place of the general ones. */
export function recipeFields(
  recipe: Recipe,
  reasons: ReadonlyMap<string, string> = new Map(),
): RecipeField[] {
  return (Object.keys(fieldWords) as RecipePath[]).flatMap((path) => {
    const found = lookedUp(path, recipe);
    return found ? [fieldOf(path, found, reasons.get(path))] : [];
  });
}

function fieldOf(path: RecipePath, { schema, value }: Found, why: string | undefined): RecipeField {
  const { name, reason, unit = null, step = null, auto = false, follows = [], ...bounds } = fieldWords[path];
  const top = path.split('.')[0] as keyof typeof groups;
  const [of = schema, other] = (schema.anyOf ?? [schema]).filter(({ type }) => type !== 'null');
  if (other !== undefined) throw new TypeError(`${path} is of several kinds`);
  const kind = { ...kindOf(of), ...bounds };
  const optional = schema.anyOf !== undefined;
  const wholeStep = kind.kind === 'integer' ? (step ?? 1) : step;
  return {
    path,
    group: groups[top],
    name,
    ...kind,
    step: wholeStep,
    unit,
    optional,
    auto,
    follows,
    value,
    reason: why ?? reason,
  };
}

function kindOf(schema: Schema): Kind {
  const { type, minimum, exclusiveMinimum, maximum } = schema;
  const none = { min: null, max: null, choices: [] };
  if (schema.enum !== undefined) return { ...none, kind: 'choice', choices: schema.enum };
  if (type === 'boolean') return { ...none, kind: 'flag' };
  if (type === 'array') return { ...none, kind: 'list' };
  const least =
    type === 'integer' && exclusiveMinimum !== undefined ? exclusiveMinimum + 1 : exclusiveMinimum;
  const max = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? null : maximum;
  return { ...none, kind: type === 'integer' ? 'integer' : 'number', min: minimum ?? least ?? null, max };
}

interface Found {
  readonly schema: Schema;
  readonly value: Json;
}

/** A value and what it may be; undefined for one of a variant that the recipe does not have. */
function lookedUp(path: RecipePath, recipe: Recipe): Found | undefined {
  let found: { schema: Schema; value: unknown } | undefined = { schema: recipeShape, value: recipe };
  for (const key of path.split('.')) {
    if (found === undefined) return undefined;
    const { schema, value }: { schema: Schema; value: unknown } = found;
    const inner = propertyOf(schema, key, value);
    found = inner && { schema: inner, value: Object(value)[key] };
  }
  return found && { schema: found.schema, value: found.value as Json };
}

function propertyOf(schema: Schema, key: string, value: unknown): Schema | undefined {
  if (schema.oneOf === undefined) return schema.properties?.[key];
  const kinds = schema.oneOf.flatMap(({ properties }) => properties?.kind?.const ?? []);
  if (key === 'kind') return { type: 'string', enum: kinds };
  const variant = schema.oneOf.find(({ properties }) => properties?.kind?.const === Object(value).kind);
  return variant?.properties?.[key];
}
