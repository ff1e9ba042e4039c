// What a model suggests for an image, apart from its labels, and which of it is still open.
import { area, iou } from './box.ts';
import type { Rect } from './model.ts';

export interface Suggestion extends Rect {
  readonly id: number;
  /** The project's class that the model's class stands for. */
  readonly classId: number;
  readonly score: number;
}

/** A class of a model, and the class of the project that it stands for; null: its finds are not shown. */
export interface ModelClass {
  readonly name: string;
  readonly classId: number | null;
}

/** A label that decides whether a suggestion is still open. */
export interface LabelledRect extends Rect {
  readonly classId: number;
  readonly ignore: boolean;
}

/** Overlap with a label of its class above which a suggestion says nothing new. */
export const SAME_OBJECT = 0.5;
/** Overlap with a label of another class from which both are about one object, and a person has to say which class it is. */
const SAME_SPOT = 0.8;
/** Part of a suggestion inside an ignored region above which it is not shown. */
const MOSTLY_IGNORED = 0.5;

/** Suggestions that reach the score and that no label answers yet, in their order. */
export function openSuggestions<S extends Rect & { readonly classId: number; readonly score: number }>(
  suggestions: readonly S[],
  labels: readonly LabelledRect[],
  score: number,
): S[] {
  return suggestions.filter((one) => one.score >= score && !labels.some((label) => answers(label, one)));
}

/** Those that become labels together: what accepting them one by one makes, best first, but none where the class is in doubt. */
export function acceptableTogether<S extends Rect & { readonly classId: number; readonly score: number }>(
  suggestions: readonly S[],
  labels: readonly LabelledRect[],
): S[] {
  const taken: S[] = [];
  const all: LabelledRect[] = [...labels];
  for (const one of [...suggestions].sort((a, b) => b.score - a.score)) {
    if (all.some((label) => answers(label, one) || clashes(label, one))) continue;
    taken.push(one);
    all.push({
      x: one.x,
      y: one.y,
      width: one.width,
      height: one.height,
      classId: one.classId,
      ignore: false,
    });
  }
  return taken;
}

function clashes(label: LabelledRect, suggestion: Rect & { readonly classId: number }): boolean {
  return !label.ignore && label.classId !== suggestion.classId && iou(label, suggestion) >= SAME_SPOT;
}

function answers(label: LabelledRect, suggestion: Rect & { readonly classId: number }): boolean {
  if (label.ignore) return sharedPart(suggestion, label) > MOSTLY_IGNORED;
  return label.classId === suggestion.classId && iou(label, suggestion) > SAME_OBJECT;
}

/** How much of `rect` lies in `region`, 0..1. */
function sharedPart(rect: Rect, region: Rect): number {
  const width = Math.min(rect.x + rect.width, region.x + region.width) - Math.max(rect.x, region.x);
  const height = Math.min(rect.y + rect.height, region.y + region.height) - Math.max(rect.y, region.y);
  return width <= 0 || height <= 0 ? 0 : (width * height) / area(rect);
}
