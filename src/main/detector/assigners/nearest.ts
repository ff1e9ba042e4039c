// The k smallest distances seen, in order; among equals the one offered first.

export class Nearest {
  readonly indices: Int32Array;
  readonly distances: Float64Array;
  count = 0;
  /** A distance equal to the largest kept was left out. */
  tied = false;

  constructor(k: number) {
    this.indices = new Int32Array(k);
    this.distances = new Float64Array(k);
  }

  clear(): void {
    this.count = 0;
    this.tied = false;
  }

  /** Largest distance kept, or Infinity while fewer than k are known. */
  get worst(): number {
    return this.count < this.indices.length ? Infinity : (this.distances[this.count - 1] ?? -Infinity);
  }

  offer(distance: number, index: number): void {
    const { worst } = this;
    if (distance === worst && worst < Infinity) this.tied = true;
    if (!(distance < worst)) return;
    let slot = this.count < this.indices.length ? this.count++ : this.count - 1;
    while (slot > 0 && (this.distances[slot - 1] as number) > distance) {
      this.distances[slot] = this.distances[slot - 1] as number;
      this.indices[slot] = this.indices[slot - 1] as number;
      slot--;
    }
    this.distances[slot] = distance;
    this.indices[slot] = index;
    if (worst < Infinity) this.tied = this.worst === worst;
  }
}
