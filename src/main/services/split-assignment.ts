// Who goes to which split: seeded, in whole groups, without moving anything that is already assigned.
import { createHash } from 'node:crypto';
import type { Split } from '../../shared/model.ts';

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

/** Puts candidates that share a group or their content together, whatever chain links them. */
function cluster(candidates: readonly Candidate[]): Candidate[][] {
  const parent = candidates.map((_, index) => index);
  const rootOf = (index: number): number => {
    let at = index;
    while (parent[at] !== undefined && parent[at] !== at) at = parent[at] as number;
    return at;
  };
  const seen = new Map<string, number>();
  candidates.forEach(({ group, contentHash }, index) => {
    for (const key of [group && `group ${group}`, contentHash && `content ${contentHash}`]) {
      if (!key) continue;
      const other = seen.get(key);
      if (other === undefined) seen.set(key, index);
      else parent[Math.max(rootOf(index), rootOf(other))] = Math.min(rootOf(index), rootOf(other));
    }
  });
  const clusters = new Map<number, Candidate[]>();
  candidates.forEach((candidate, index) => {
    const root = rootOf(index);
    const members = clusters.get(root);
    if (members) members.push(candidate);
    else clusters.set(root, [candidate]);
  });
  return [...clusters.values()];
}

function drawOf(members: readonly Candidate[], seed: number): string {
  const names = members.map((c) => c.contentHash ?? c.path).sort();
  return createHash('sha256').update(`${seed}\0${names[0]}`).digest('hex');
}

function neediest(ratios: Ratios, counts: ReadonlyMap<Split, number>, total: number): Split {
  const splits = (['train', 'val', 'test'] as const).filter((split) => ratios[split] > 0);
  const sum = splits.reduce((all, split) => all + ratios[split], 0);
  const need = (split: Split) => (ratios[split] / sum) * total - (counts.get(split) ?? 0);
  return splits.reduce<Split>(
    (best, split) => (need(split) > need(best) ? split : best),
    splits[0] ?? 'train',
  );
}

/**
 * The splits of the candidates that have none. The same seed and images give the same answer in any order; a new image
 * whose group or content is already assigned follows it; larger groups are dealt first, so that ratios come out close.
 */
export function assignSplits(
  candidates: readonly Candidate[],
  ratios: Ratios,
  seed: number,
): Map<number, Split> {
  const counts = new Map<Split, number>();
  const count = (split: Split, n: number) => counts.set(split, (counts.get(split) ?? 0) + n);
  for (const { split } of candidates) if (split) count(split, 1);
  const assigned = new Map<number, Split>();
  const give = (members: readonly Candidate[], split: Split) => {
    const free = members.filter((c) => c.split === null);
    for (const { id } of free) assigned.set(id, split);
    count(split, free.length);
  };
  const open: { members: Candidate[]; draw: string }[] = [];
  for (const members of cluster(candidates)) {
    const settled = members.find((c) => c.split !== null)?.split;
    if (settled) give(members, settled);
    else open.push({ members, draw: drawOf(members, seed) });
  }
  open.sort((a, b) => b.members.length - a.members.length || (a.draw < b.draw ? -1 : 1));
  for (const { members } of open) give(members, neediest(ratios, counts, candidates.length));
  return assigned;
}
