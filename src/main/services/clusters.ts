// Sets that grow together: whatever is joined by a chain of links ends up in one.
export class Clusters {
  readonly #parents: Int32Array;

  /** Each of `count` begins alone. */
  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, at) => at);
  }

  /** Names the set of a member: its first. */
  rootOf(member: number): number {
    const parents = this.#parents;
    let at = member;
    for (;;) {
      const parent = parents[at] ?? at;
      if (parent === at) return at;
      // halves the way for whoever asks next
      const next = parents[parent] ?? parent;
      parents[at] = next;
      at = next;
    }
  }

  join(one: number, other: number): void {
    const [a, b] = [this.rootOf(one), this.rootOf(other)];
    this.#parents[Math.max(a, b)] = Math.min(a, b);
  }
}
