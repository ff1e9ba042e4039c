// A comparison's cells: which number is the best, and how a recipe's value is written.
import type { Json } from '../../../shared/model.ts';
import { t } from '../../words/words.ts';

/** The place of the highest number; -1 where there is none. */
export function bestOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((best, value, index) => {
    if (value === null || value < 0) return best;
    const reigning = best < 0 ? null : values[best];
    return reigning === null || reigning === undefined || value > reigning ? index : best;
  }, -1);
}

/** A recipe's value in a cell: short, and never an object's braces. */
export function valueWords(value: Json | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === true) return t('on');
  if (value === false) return t('off');
  if (Array.isArray(value)) return value.length === 0 ? t('none') : value.map(valueWords).join(', ');
  if (typeof value !== 'object') return String(value);
  const { long, short } = value as { long?: Json; short?: Json };
  if (long !== undefined && short !== undefined) return long === short ? `${long}` : `${long}×${short}`;
  return Object.entries(value)
    .map(([key, part]) => `${key} ${valueWords(part)}`)
    .join(', ');
}
