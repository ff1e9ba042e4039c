// Pictures that stand in two splits and should not, counted, with the first of them as examples.
import type { LeakedImage, LeakPair, LeakReport } from '../../shared/contract/splits.ts';
import type { Sliced } from './slices.ts';
import type { Candidate } from './split-assignment.ts';

const SHOWN_PAIRS = 60;

export class SplitLeaks {
  #count = 0;
  readonly #pairs: LeakPair[] = [];
  /** Pairs that are known by their content or group, which need not be told for their look too. */
  readonly #known = new Set<string>();
  readonly #among: ReadonlySet<number> | undefined;

  /** Only pairs with one of these images, where given. */
  constructor(among?: ReadonlySet<number>) {
    this.#among = among;
  }

  get report(): LeakReport {
    return { count: this.#count, pairs: this.#pairs };
  }

  /** One pair of each content and each group that stands in several splits. May be set aside. */
  *addKnown(images: readonly Candidate[]): Sliced<void> {
    for (const [reason, key] of [
      ['same-content', 'contentHash'],
      ['same-group', 'group'],
    ] as const) {
      const first = new Map<string, Candidate>();
      const told = new Set<string>();
      const asked =
        this.#among && new Set(images.filter(({ id }) => this.#among?.has(id)).map((one) => one[key]));
      for (const image of images) {
        yield;
        const name = image[key];
        if (name === null || image.split === null || told.has(name) || asked?.has(name) === false) continue;
        const other = first.get(name);
        if (!other) first.set(name, image);
        else if (other.split !== image.split) {
          told.add(name);
          this.#known.add(keyOf(other, image));
          this.#add(reason, other, image);
        }
      }
    }
  }

  /** Two that look alike. */
  addAlike(a: Candidate | undefined, b: Candidate | undefined): void {
    if (!a?.split || !b?.split || a.split === b.split || this.#known.has(keyOf(a, b))) return;
    if (this.#among && !this.#among.has(a.id) && !this.#among.has(b.id)) return;
    this.#add('alike', a, b);
  }

  #add(reason: LeakPair['reason'], a: Candidate, b: Candidate): void {
    this.#count += 1;
    if (this.#pairs.length < SHOWN_PAIRS) this.#pairs.push({ reason, images: [shown(a), shown(b)] });
  }
}

function shown({ id, path, split }: Candidate): LeakedImage {
  return { id, path, split: split ?? 'train' };
}

function keyOf(a: Candidate, b: Candidate): string {
  return a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
}
