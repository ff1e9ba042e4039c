// Writes pickles of protocol 2 with the few opcodes that torch.load(weights_only=True) accepts.

/** A name such as `torch.FloatStorage`, or a call of one with arguments, or a reference to a storage. */
export type PickleNode =
  | null
  | boolean
  | number
  | string
  | readonly PickleNode[]
  | { readonly dict: readonly (readonly [PickleNode, PickleNode])[] }
  | { readonly tuple: readonly PickleNode[] }
  | { readonly global: readonly [module: string, name: string] }
  | { readonly call: PickleNode; readonly args: PickleNode }
  | { readonly persistent: PickleNode }
  /** collections.OrderedDict with these entries. */
  | { readonly ordered: readonly (readonly [PickleNode, PickleNode])[] };

/** The pickle of `node`. */
export function pickle(node: PickleNode): Uint8Array<ArrayBuffer> {
  const writer = new PickleWriter();
  writer.bytes(0x80, 2);
  writer.node(node);
  writer.opcode('.');
  return writer.finish();
}

class PickleWriter {
  #buffer = new Uint8Array(1 << 16);
  #length = 0;

  bytes(...values: number[]): void {
    this.raw(Uint8Array.from(values));
  }

  opcode(letter: string): void {
    this.bytes(letter.charCodeAt(0));
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes.length));
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  node(node: PickleNode): void {
    if (node === null) this.opcode('N');
    else if (typeof node === 'boolean') this.bytes(node ? 0x88 : 0x89);
    else if (typeof node === 'number') this.#number(node);
    else if (typeof node === 'string') this.#text(node);
    else if (isList(node)) this.#list(node);
    else this.#compound(node);
  }

  #compound(node: Exclude<PickleNode, null | boolean | number | string | readonly PickleNode[]>): void {
    if ('dict' in node) this.#dict(node.dict);
    else if ('tuple' in node) this.#tuple(node.tuple);
    else if ('global' in node) this.#global(...node.global);
    else if ('ordered' in node) this.#ordered(node.ordered);
    else if ('persistent' in node) this.#then(node.persistent, 'Q');
    else {
      this.node(node.call);
      this.#then(node.args, 'R');
    }
  }

  #then(node: PickleNode, opcode: string): void {
    this.node(node);
    this.opcode(opcode);
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0))
      this.#number64('G', (view) => view.setFloat64(0, value, false));
    else if (value >= -(2 ** 31) && value < 2 ** 31) this.#int32(value);
    else {
      this.bytes(0x8a);
      this.#number64('\x08', (view) => view.setBigInt64(0, BigInt(value), true));
    }
  }

  #number64(opcode: string, set: (view: DataView) => void): void {
    const bytes = new Uint8Array(8);
    set(new DataView(bytes.buffer));
    this.opcode(opcode);
    this.raw(bytes);
  }

  #int32(value: number): void {
    this.opcode('J');
    this.raw(new Uint8Array(Int32Array.of(value).buffer));
  }

  #text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.opcode('X');
    this.raw(new Uint8Array(Uint32Array.of(bytes.length).buffer));
    this.raw(bytes);
  }

  #list(items: readonly PickleNode[]): void {
    this.opcode(']');
    this.opcode('(');
    for (const item of items) this.node(item);
    this.opcode('e');
  }

  #tuple(items: readonly PickleNode[]): void {
    this.opcode('(');
    for (const item of items) this.node(item);
    this.opcode('t');
  }

  #dict(entries: readonly (readonly [PickleNode, PickleNode])[]): void {
    this.opcode('}');
    this.#entries(entries);
  }

  #ordered(entries: readonly (readonly [PickleNode, PickleNode])[]): void {
    this.#global('collections', 'OrderedDict');
    this.bytes(...[...')R'].map((letter) => letter.charCodeAt(0)));
    this.#entries(entries);
  }

  #entries(entries: readonly (readonly [PickleNode, PickleNode])[]): void {
    this.opcode('(');
    for (const [key, value] of entries) {
      this.node(key);
      this.node(value);
    }
    this.opcode('u');
  }

  #global(module: string, name: string): void {
    this.opcode('c');
    this.raw(new TextEncoder().encode(`${module}\n${name}\n`));
  }
}

function isList(node: object): node is readonly PickleNode[] {
  return Array.isArray(node);
}
