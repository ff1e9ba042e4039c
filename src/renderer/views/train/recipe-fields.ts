// A recipe's values as text in a form, and back.
import type { RecipeField } from '../../../shared/contract/recipes.ts';
import type { Json } from '../../../shared/model.ts';
import { t } from '../../words/words.ts';

export type Parsed = { readonly value: Json } | { readonly fault: string };

/** What a field shows; empty for a value that is turned off. */
export function fieldText(value: Json): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(fieldText).join(', ');
  if (typeof value !== 'object') return String(value);
  const { long, short } = value as { long?: Json; short?: Json };
  return long !== undefined && short !== undefined ? `${long}x${short}` : JSON.stringify(value);
}

/** The value that a text means for a field, or why it means none. */
export function parseField(field: RecipeField, text: string): Parsed {
  const written = text.trim();
  if (written === '')
    return field.optional ? { value: null } : { fault: t('{name} needs a value.', { name: field.name }) };
  if (field.auto && written.toLowerCase() === 'auto') return { value: 'auto' };
  if (field.kind === 'list') return parseList(field, written);
  if (field.kind === 'choice' || field.kind === 'flag') return { value: written };
  return parseNumber(field, written);
}

function parseNumber(field: RecipeField, written: string): Parsed {
  const { name, kind, auto } = field;
  const value = Number(written.replace(',', '.'));
  if (!Number.isFinite(value))
    return { fault: auto ? t('{name} is a number, or auto.', { name }) : t('{name} is a number.', { name }) };
  if (kind === 'integer' && !Number.isInteger(value))
    return { fault: t('{name} is a whole number.', { name }) };
  const fault = boundsFault(field, value);
  return fault === undefined ? { value } : { fault };
}

/** Numbers, or sizes as 640x480; one number is a square. */
function parseList(field: RecipeField, written: string): Parsed {
  const { name, value } = field;
  const parts = written.split(/[\s,;]+/).filter(Boolean);
  const sizes = Array.isArray(value) && value.some((part) => part !== null && typeof part === 'object');
  const parsed = parts.map((part) => (sizes ? sizeOf(part) : numberOf(part)));
  const wrong = parts[parsed.indexOf(undefined)];
  if (wrong !== undefined)
    return {
      fault: sizes
        ? t('{name}: "{wrong}" is not a size as 640x480.', { name, wrong })
        : t('{name}: "{wrong}" is not a number.', { name, wrong }),
    };
  const found = parsed.filter((part) => part !== undefined);
  const sides = found.flatMap((part) => (typeof part === 'number' ? [part] : [part.long, part.short]));
  const fault = sides.map((side) => boundsFault(field, side)).find((words) => words !== undefined);
  return fault === undefined ? { value: found } : { fault };
}

function boundsFault({ name, min, max }: RecipeField, value: number): string | undefined {
  if (min !== null && value < min) return t('{name} is at least {min}.', { name, min });
  if (max !== null && value > max) return t('{name} is at most {max}.', { name, max });
  return undefined;
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function sizeOf(text: string): { long: number; short: number } | undefined {
  const [, a, b] = /^(\d+)(?:[x×](\d+))?$/.exec(text) ?? [];
  if (a === undefined) return undefined;
  const sides = [Number(a), Number(b ?? a)];
  return { long: Math.max(...sides), short: Math.min(...sides) };
}
