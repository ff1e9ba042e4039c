// Who goes to which split: seeded, in whole groups, without moving anything that is already assigned.
import { createHash } from 'node:crypto';
import type { Split } from '../../shared/model.ts';
import { Clusters } from './clusters.ts';
import { atOnce, type Sliced, sorted } from './slices.ts';

export type Ratios = { readonly [split in Split]: number };

/** How images are held together: by their folder, by a pattern in their name, or by Roboflow's augmented copies. */
export type GroupRule = 'auto' | 'folder' | 'roboflow' | { readonly pattern: string };

export interface Candidate {
  readonly id: number;
  readonly path: string;
  readonly split: Split | null;
  readonly group: string | null;
  readonly contentHash: string | null;
}

const MOST_MEMBERS = 1e9;

const ROBOFLOW = /^(.*)\.rf\.[0-9a-zA-Z]{16,64}(\.[^./]*)?$/;

/** The name a Roboflow export gave all augmented copies of one picture, or null for other files. */
export function roboflowStem(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ROBOFLOW.exec(name)?.[1] ?? null;
}

/** The group of a path under a rule, or null where the image stands alone. */
export function groupOf(path: string, rule: GroupRule): string | null {
  if (rule === 'auto' || rule === 'roboflow') return roboflowStem(path);
  if (rule === 'folder') return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.';
  const match = new RegExp(rule.pattern, 'u').exec(path);
  return match ? (match[1] ?? match[0]) : null;
}

/** Image -> the name of the pictures that look like it. */
export type Alike = ReadonlyMap<number, number>;

/** Puts candidates that share a group, their content or their look together, whatever chain links them. May be set aside. */
export function* clustersOf(
  candidates: readonly Candidate[],
  alike: Alike = new Map(),
): Sliced<readonly Candidate[][]> {
  const joined = new Clusters(candidates.length);
  const seen = new Map<string, number>();
  for (const [index, { id, group, contentHash }] of candidates.entries()) {
    const look = alike.get(id);
    const keys = [group && `group ${group}`, contentHash && `content ${contentHash}`];
    for (const key of [...keys, look !== undefined && `look ${look}`]) {
      if (!key) continue;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, index);
      else joined.join(index, other);
    }
    yield;
  }
  const clusters = new Map<number, Candidate[]>();
  for (const [index, candidate] of candidates.entries()) {
    const root = joined.rootOf(index);
    const members = clusters.get(root);
    if (members) members.push(candidate);
    else clusters.set(root, [candidate]);
    yield;
  }
  return [...clusters.values()];
}

function drawOf(members: readonly Candidate[], seed: number): string {
  const names = members.map((c) => c.contentHash ?? c.path).sort();
  return createHash('sha256').update(`${seed}\0${names[0]}`).digest('hex');
}

/** What a deal is balanced by: images, and the traits (classes) that they bear. */
class Needs {
  readonly #splits: readonly Split[];
  readonly #shares: ReadonlyMap<Split, number>;
  readonly #traits: ReadonlyMap<number, readonly number[]>;
  /** How many candidates there are of each trait; trait 0 is being an image. */
  readonly #totals = new Map<number, number>();
  readonly #given = new Map<string, number>();

  constructor(ratios: Ratios, traits: ReadonlyMap<number, readonly number[]>) {
    this.#splits = (['train', 'val', 'test'] as const).filter((split) => ratios[split] > 0);
    const sum = this.#splits.reduce((all, split) => all + ratios[split], 0);
    this.#shares = new Map(this.#splits.map((split) => [split, ratios[split] / sum]));
    this.#traits = traits;
  }

  /** Counts in one who is to be dealt, or was. */
  count(candidate: Candidate): void {
    for (const trait of this.#traitsOf(candidate))
      this.#totals.set(trait, (this.#totals.get(trait) ?? 0) + 1);
    if (candidate.split) this.give([candidate], candidate.split);
  }

  give(members: readonly Candidate[], split: Split): void {
    for (const trait of members.flatMap((member) => this.#traitsOf(member))) {
      const key = `${trait} ${split}`;
      this.#given.set(key, (this.#given.get(key) ?? 0) + 1);
    }
  }

  /** How many candidates bear the rarest trait of these. */
  rarity(members: readonly Candidate[]): number {
    const traits = members.flatMap((member) => this.#traitsOf(member));
    return traits.reduce(
      (least, trait) => Math.min(least, this.#totals.get(trait) ?? 0),
      Number.POSITIVE_INFINITY,
    );
  }

  /** The split that lacks most of the rarest trait of these; where that is equal, of the next rare one. */
  neediest(members: readonly Candidate[]): Split {
    const traits = [...new Set(members.flatMap((member) => this.#traitsOf(member)))];
    traits.sort((a, b) => (this.#totals.get(a) ?? 0) - (this.#totals.get(b) ?? 0) || b - a);
    const [first = 'train', ...others] = this.#splits;
    const isNeedier = (split: Split, best: Split) => {
      for (const trait of traits) {
        const more = this.#lack(trait, split) - this.#lack(trait, best);
        if (Math.abs(more) > 1e-9) return more > 0;
      }
      return false;
    };
    return others.reduce<Split>((best, split) => (isNeedier(split, best) ? split : best), first);
  }

  #lack(trait: number, split: Split): number {
    const wanted = (this.#shares.get(split) ?? 0) * (this.#totals.get(trait) ?? 0);
    return wanted - (this.#given.get(`${trait} ${split}`) ?? 0);
  }

  #traitsOf({ id }: Candidate): readonly number[] {
    return [0, ...(this.#traits.get(id) ?? [])];
  }
}

export interface Balance {
  /** What stays together besides groups and equal content. */
  readonly alike?: Alike;
  /** Candidate -> the classes on it, of which every split is to get its share. */
  readonly traits?: ReadonlyMap<number, readonly number[]>;
}

/**
 * The splits of the candidates that have none. The same seed and images give the same answer in any order; a new image
 * whose group or content is already assigned follows it. Rare classes are dealt first, then large groups, so that shares
 * come out close.
 */
export function assignSplits(
  candidates: readonly Candidate[],
  ratios: Ratios,
  seed: number,
  balance: Balance = {},
): Map<number, Split> {
  return atOnce(splitSteps(candidates, ratios, seed, balance));
}

/** The same as `assignSplits`, in steps: many images take long. */
export function* splitSteps(
  candidates: readonly Candidate[],
  ratios: Ratios,
  seed: number,
  { alike, traits = new Map() }: Balance = {},
): Sliced<Map<number, Split>> {
  const needs = new Needs(ratios, traits);
  for (const candidate of candidates) {
    needs.count(candidate);
    yield;
  }
  const assigned = new Map<number, Split>();
  const give = (members: readonly Candidate[], split: Split) => {
    const free = members.filter((c) => c.split === null);
    for (const { id } of free) assigned.set(id, split);
    needs.give(free, split);
  };
  const open = new Map<string, readonly Candidate[]>();
  for (const members of yield* clustersOf(candidates, alike)) {
    const settled = members.find((c) => c.split !== null)?.split;
    if (settled) give(members, settled);
    else open.set(`${turnOf(members, needs.rarity(members), seed)} ${open.size}`, members);
    yield;
  }
  for (const turn of yield* sorted([...open.keys()])) {
    const members = open.get(turn) ?? [];
    give(members, needs.neediest(members));
    yield;
  }
  return assigned;
}

/** Sorts the rarest first, of these the largest, of these by lot. */
function turnOf(members: readonly Candidate[], rarity: number, seed: number): string {
  const digits = (value: number) => String(value).padStart(10, '0');
  return `${digits(rarity)} ${digits(MOST_MEMBERS - members.length)} ${drawOf(members, seed)}`;
}
