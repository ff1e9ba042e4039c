// Which of equally distant anchors are taken is left open by the paper, and boxes on whole pixels tie often. The
// reference runs follow PyTorch's topk on the CPU, whose choice is that of two textbook selections in the C++ library:
// a heap of the first k where k * 64 <= n, quickselect by the median of three otherwise.

/** Indices of the `k` smallest of `values`, ascending by value, with PyTorch's choice among equals. */
export function torchSmallest(values: Float32Array, k: number): number[] {
  const order = new Selection(values);
  if (k * 64 <= values.length) order.selectByHeap(0, k, values.length);
  else order.selectByPartition(k - 1);
  const chosen = [...order.indices.subarray(0, k)];
  return chosen.sort((a, b) => (values[a] as number) - (values[b] as number));
}

class Selection {
  readonly #values: Float32Array;
  readonly indices: Int32Array;

  constructor(values: Float32Array) {
    this.#values = values;
    this.indices = Int32Array.from(values.keys());
  }

  /** Brings the smallest of [first, last) to [first, middle): a max-heap that each smaller value enters in turn. */
  selectByHeap(first: number, middle: number, last: number): void {
    const size = middle - first;
    for (let parent = (size - 2) >> 1; parent >= 0; parent--) {
      this.#sink(first, parent, size, this.#at(first + parent));
    }
    for (let i = middle; i < last; i++) {
      if (!this.#less(i, first)) continue;
      const entering = this.#at(i);
      this.indices[i] = this.#at(first);
      this.#sink(first, 0, size, entering);
    }
  }

  /** Brings what belongs at `nth` there, nothing larger before it. */
  selectByPartition(nth: number): void {
    let first = 0;
    let last = this.indices.length;
    let depth = 2 * Math.floor(Math.log2(last));
    for (; last - first > 3; depth--) {
      if (depth === 0) {
        this.selectByHeap(first, nth + 1, last);
        this.#swap(first, nth);
        return;
      }
      const cut = this.#partition(first, last);
      if (cut <= nth) first = cut;
      else last = cut;
    }
    this.#sortShort(first, last);
  }

  /** Moves the hole at `hole` down to a leaf along the larger children, then `index` up from there. */
  #sink(first: number, hole: number, size: number, index: number): void {
    const top = hole;
    for (let child = 2 * hole + 2; child <= size; child = 2 * hole + 2) {
      if (child === size || this.#less(first + child, first + child - 1)) child--;
      this.indices[first + hole] = this.#at(first + child);
      hole = child;
    }
    for (let parent = (hole - 1) >> 1; hole > top; parent = (hole - 1) >> 1) {
      if (!(this.#value(this.#at(first + parent)) < this.#value(index))) break;
      this.indices[first + hole] = this.#at(first + parent);
      hole = parent;
    }
    this.indices[first + hole] = index;
  }

  /** Parts [first, last) around the median of its second, middle and last value; returns where the upper part begins. */
  #partition(first: number, last: number): number {
    this.#swap(first, this.#median(first + 1, first + ((last - first) >> 1), last - 1));
    let low = first + 1;
    let high = last;
    for (;;) {
      while (this.#less(low, first)) low++;
      high--;
      while (this.#less(first, high)) high--;
      if (low >= high) return low;
      this.#swap(low, high);
      low++;
    }
  }

  #median(a: number, b: number, c: number): number {
    if (this.#less(a, b)) {
      if (this.#less(b, c)) return b;
      return this.#less(a, c) ? c : a;
    }
    if (this.#less(a, c)) return a;
    return this.#less(b, c) ? c : b;
  }

  #sortShort(first: number, last: number): void {
    for (let i = first + 1; i < last; i++) {
      for (let j = i; j > first && this.#less(j, j - 1); j--) this.#swap(j, j - 1);
    }
  }

  #less(a: number, b: number): boolean {
    return this.#value(this.#at(a)) < this.#value(this.#at(b));
  }

  #swap(a: number, b: number): void {
    const moved = this.#at(a);
    this.indices[a] = this.#at(b);
    this.indices[b] = moved;
  }

  #at(position: number): number {
    return this.indices[position] as number;
  }

  #value(index: number): number {
    return this.#values[index] as number;
  }
}
