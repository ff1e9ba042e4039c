// The stack machine of Python's pickle format, without the power to run anything: see pickle-constructors.ts for all it can make.
import { Malformed } from './malformed.ts';
import { construct } from './pickle-constructors.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import { PickleGlobal, PickleObject, type PickleValue } from './pickle-values.ts';

export type PersistentLoad = (id: PickleValue) => PickleValue;

export class PickleMachine {
  readonly cursor: PickleCursor;
  readonly #persistentLoad: PersistentLoad;
  readonly #memo = new Map<number, PickleValue>();
  #stack: PickleValue[] = [];
  readonly #marked: PickleValue[][] = [];

  constructor(cursor: PickleCursor, persistentLoad: PersistentLoad) {
    this.cursor = cursor;
    this.#persistentLoad = persistentLoad;
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined) throw new Malformed('its pickle is damaged');
    return value;
  }

  top(): PickleValue {
    const value = this.#stack[this.#stack.length - 1];
    if (value === undefined) throw new Malformed('its pickle is damaged');
    return value;
  }

  mark(): void {
    this.#marked.push(this.#stack);
    this.#stack = [];
  }

  /** The values above the last mark, which goes. */
  popMark(): PickleValue[] {
    const values = this.#stack;
    const below = this.#marked.pop();
    if (below === undefined) throw new Malformed('its pickle is damaged');
    this.#stack = below;
    return values;
  }

  /** Removes the top value, or the mark where nothing lies above it. */
  discard(): void {
    if (this.#stack.length > 0) this.#stack.pop();
    else this.popMark();
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw new Malformed('its pickle is damaged');
    this.push(value);
  }

  pushGlobal(module: string, name: string): void {
    this.push(new PickleGlobal(module, name));
  }

  pushPersistent(id: PickleValue): void {
    this.push(this.#persistentLoad(id));
  }

  /** `callable(*args)`: only what construct() knows is made, all else becomes an opaque object. */
  call(callable: PickleValue, args: PickleValue): void {
    this.push(construct(callable, Array.isArray(args) ? args : []));
  }

  append(values: readonly PickleValue[]): void {
    const target = this.top();
    if (Array.isArray(target)) for (const value of values) target.push(value);
    else if (target instanceof Set) for (const value of values) target.add(value);
    else if (target instanceof PickleObject) for (const value of values) target.items.push(value);
    else throw new Malformed('its pickle is damaged');
  }

  /** Sets key, value, key, value ... on the dict at the top. */
  setItems(pairs: readonly PickleValue[]): void {
    const target = this.top();
    const entries = target instanceof PickleObject ? target.entries : target;
    if (!(entries instanceof Map) || pairs.length % 2 !== 0) throw new Malformed('its pickle is damaged');
    for (let i = 0; i < pairs.length; i += 2) entries.set(pairs[i] ?? null, pairs[i + 1] ?? null);
  }

  /** Gives the object at the top its state; plain values and tensors ignore theirs. */
  build(state: PickleValue): void {
    const target = this.top();
    if (target instanceof PickleObject) target.state = state;
  }
}
