// What the user decides about a dataset before it comes in.
import type { FoundClass, ImportChoices, ImportSummary } from '../../../shared/contract/imports.ts';
import { type Split, splitNames } from '../../../shared/model.ts';
import { t } from '../../words/words.ts';

export type Side = Split | 'none';
export const sides: readonly Side[] = [...splitNames, 'none'];

export interface PlannedClass {
  readonly index: number;
  readonly source: string;
  readonly example: FoundClass['example'];
  boxes: number;
  name: string;
  taken: boolean;
}

export class Plan {
  found: ImportSummary = $state.raw() as ImportSummary;
  readonly classes = $state<PlannedClass[]>([]);
  readonly splits = $state<Record<Side, Side>>({ train: 'train', val: 'val', test: 'test', none: 'none' });
  deal = $state(false);
  existing = $state<ImportChoices['existing']>('merge');
  readonly #known: ReadonlySet<string>;

  /** `before`: what was decided about the same source when it was looked at before. */
  constructor(found: ImportSummary, known: Iterable<string>, before?: Plan) {
    this.found = found;
    this.#known = new Set(known);
    this.deal = !this.namesSplits;
    this.classes = found.classes.map(({ name, boxes, example }, index) => ({
      index,
      source: name,
      example,
      boxes,
      name,
      taken: true,
    }));
    if (before) this.#follow(before);
  }

  /** The same dataset, read in another way: decisions stay. */
  reread(found: ImportSummary): void {
    this.found = found;
    for (const label of this.classes) label.boxes = found.classes[label.index]?.boxes ?? 0;
  }

  #follow(before: Plan): void {
    const decided = new Map(before.classes.map((label) => [label.source, label]));
    for (const label of this.classes) {
      const known = decided.get(label.source);
      if (known) [label.name, label.taken] = [known.name, known.taken];
    }
    Object.assign(this.splits, before.splits);
    this.existing = before.existing;
    if (before.namesSplits === this.namesSplits) this.deal = before.deal;
  }

  /** The source says of some images in which split they are. */
  get namesSplits(): boolean {
    return splitNames.some((split) => this.found.splits[split] > 0);
  }

  /** What becomes of a class, in a word or two. */
  fateOf({ index, name, taken }: PlannedClass): string {
    const wanted = name.trim();
    if (!taken || wanted === '') return t('left out');
    const twin = this.classes.find(
      (other) => other.taken && other.index < index && other.name.trim() === wanted,
    );
    if (twin) return t('merged with {name}', { name: twin.source });
    return this.#known.has(wanted) ? t('joins the project’s') : t('new');
  }

  /** Boxes that come in. */
  get boxes(): number {
    return this.classes.reduce((sum, { taken, boxes }) => sum + (taken ? boxes : 0), 0);
  }

  choices(): Omit<ImportChoices, 'project'> {
    const changed = this.classes.filter(({ taken, name, source }) => !taken || name.trim() !== source);
    return {
      token: this.found.token,
      classes: Object.fromEntries(
        changed.map(({ index, taken, name }) => [String(index), taken ? name.trim() || null : null]),
      ),
      splits: { ...this.splits },
      deal: this.deal,
      existing: this.existing,
    };
  }
}
