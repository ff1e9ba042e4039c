// What the user decides about a dataset before it comes in.
import type { ImportChoices, ImportSummary } from '../../../shared/contract/imports.ts';
import { type Split, splitNames } from '../../../shared/model.ts';
import { t } from '../../words/words.ts';

export type Side = Split | 'none';
export const sides: readonly Side[] = [...splitNames, 'none'];

export interface PlannedClass {
  readonly index: number;
  readonly source: string;
  readonly boxes: number;
  name: string;
  taken: boolean;
}

export class Plan {
  readonly found: ImportSummary;
  readonly classes = $state<PlannedClass[]>([]);
  readonly splits = $state<Record<Side, Side>>({ train: 'train', val: 'val', test: 'test', none: 'none' });
  deal = $state(false);
  existing = $state<ImportChoices['existing']>('merge');
  readonly #known: ReadonlySet<string>;

  constructor(found: ImportSummary, known: Iterable<string>) {
    this.found = found;
    this.#known = new Set(known);
    this.deal = !this.namesSplits;
    this.classes = found.classes.map(({ name, boxes }, index) => ({
      index,
      source: name,
      boxes,
      name,
      taken: true,
    }));
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
