// What formats have no place for, under a key of this program's own: one record a box or image, checked as it is read.
import { extraOf, isRecord } from './source-text.ts';
import { type Split, splitNamed } from './split-folders.ts';
import type { StagedBox, StagedImage } from './staged.ts';

export const ownKey = 'ddod';

type Marks = Pick<StagedBox, 'ignore' | 'difficult' | 'truncated' | 'occluded' | 'trackId' | 'extra'>;

/** The marks of a box that are set; undefined where none is. */
export function marksToKeep(marks: Marks): Record<string, unknown> | undefined {
  const { ignore, difficult, truncated, occluded, trackId, extra } = marks;
  return defined({
    ignore,
    difficult: difficult || undefined,
    truncated: truncated || undefined,
    occluded: occluded || undefined,
    trackId,
    extra: extra && Object.keys(extra).length > 0 ? extra : undefined,
  });
}

export function keptMarks(value: unknown): Marks {
  if (!isRecord(value)) return {};
  const { ignore, trackId } = value;
  const extra = isRecord(value.extra) ? extraOf(value.extra, new Set()) : undefined;
  return {
    ...(typeof ignore === 'string' && { ignore }),
    ...(value.difficult === true && { difficult: true }),
    ...(value.truncated === true && { truncated: true }),
    ...(value.occluded === true && { occluded: true }),
    ...(typeof trackId === 'string' && { trackId }),
    ...(extra && { extra }),
  };
}

interface Place {
  readonly split?: Split;
  readonly group?: string;
  readonly extra?: Record<string, unknown>;
}

/** What is known of an image besides its labels; undefined where that is nothing. */
export function placeToKeep(
  { split, group }: Pick<StagedImage, 'split' | 'group'>,
  extra: Record<string, unknown>,
) {
  return defined({ split, group, extra: Object.keys(extra).length > 0 ? extra : undefined });
}

export function keptPlace(value: unknown): Place {
  if (!isRecord(value)) return {};
  const split = typeof value.split === 'string' ? splitNamed(value.split) : undefined;
  const extra = isRecord(value.extra) ? extraOf(value.extra, new Set()) : undefined;
  return {
    ...(split && { split }),
    ...(typeof value.group === 'string' && { group: value.group }),
    ...(extra && { extra }),
  };
}

function defined(record: Record<string, unknown>): Record<string, unknown> | undefined {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
