// Reads one pickle, protocols 0 to 5. Opcodes after CPython's pickletools; nothing is imported or executed.
import { Malformed } from './malformed.ts';
import type { PickleCursor } from './pickle-cursor.ts';
import { type PersistentLoad, PickleMachine } from './pickle-machine.ts';
import { PickleGlobal, type PickleValue } from './pickle-values.ts';

type Step = (machine: PickleMachine) => void;

const noPersistent: PersistentLoad = () => {
  throw new Malformed('its pickle refers to something outside it');
};

/** The value of the pickle at the cursor, which is left just after it; throws Malformed. */
export function unpickle(cursor: PickleCursor, persistentLoad: PersistentLoad = noPersistent): PickleValue {
  const machine = new PickleMachine(cursor, persistentLoad);
  for (;;) {
    const code = cursor.byte();
    if (code === stop) return machine.pop();
    const step = steps[code];
    if (step === undefined) throw new Malformed('it is not a pickle, or a damaged one');
    step(machine);
  }
}

const stop = '.'.charCodeAt(0);
const steps: (Step | undefined)[] = new Array(256).fill(undefined);

function define(table: Readonly<Record<string, Step>>): void {
  for (const [opcode, step] of Object.entries(table)) steps[opcode.charCodeAt(0)] = step;
}

// Constants and numbers.
define({
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  K: (m) => m.push(m.cursor.byte()),
  M: (m) => m.push(m.cursor.view(2).getUint16(0, true)),
  J: (m) => m.push(m.cursor.view(4).getInt32(0, true)),
  G: (m) => m.push(m.cursor.view(8).getFloat64(0, false)),
  I: (m) => m.push(lineInteger(m.cursor.line())),
  L: (m) => m.push(lineInteger(m.cursor.line().replace(/L$/, ''))),
  F: (m) => m.push(lineFloat(m.cursor.line())),
  '\x8a': (m) => m.push(longInteger(m.cursor.take(m.cursor.byte()))),
  '\x8b': (m) => m.push(longInteger(m.cursor.take(m.cursor.uint32()))),
});

// Text and bytes. Python 2's byte strings (S, T, U) are text in every checkpoint that has them.
define({
  X: (m) => m.push(m.cursor.text(m.cursor.uint32())),
  '\x8c': (m) => m.push(m.cursor.text(m.cursor.byte())),
  '\x8d': (m) => m.push(m.cursor.text(m.cursor.uint64())),
  T: (m) => m.push(m.cursor.text(m.cursor.uint32())),
  U: (m) => m.push(m.cursor.text(m.cursor.byte())),
  S: (m) => m.push(m.cursor.line().replace(/^(['"])(.*)\1$/, '$2')),
  V: (m) => m.push(m.cursor.line()),
  B: (m) => m.push(m.cursor.take(m.cursor.uint32()).slice()),
  C: (m) => m.push(m.cursor.take(m.cursor.byte()).slice()),
  '\x8e': (m) => m.push(m.cursor.take(m.cursor.uint64()).slice()),
  '\x96': (m) => m.push(m.cursor.take(m.cursor.uint64()).slice()),
});

// Containers.
define({
  ')': (m) => m.push([]),
  ']': (m) => m.push([]),
  '}': (m) => m.push(new Map()),
  '\x8f': (m) => m.push(new Set()),
  '\x85': (m) => m.push([m.pop()]),
  '\x86': (m) => m.push(popPair(m)),
  '\x87': (m) => m.push(popTriple(m)),
  t: (m) => m.push(m.popMark()),
  l: (m) => m.push(m.popMark()),
  d: (m) => {
    const pairs = m.popMark();
    m.push(new Map());
    m.setItems(pairs);
  },
  '\x91': (m) => m.push(new Set(m.popMark())),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.popMark()),
  '\x90': (m) => m.append(m.popMark()),
  s: (m) => m.setItems(popPair(m)),
  u: (m) => m.setItems(m.popMark()),
});

// The stack and the memo.
define({
  '(': (m) => m.mark(),
  '0': (m) => m.discard(),
  '1': (m) => {
    m.popMark();
  },
  '2': (m) => m.push(m.top()),
  p: (m) => m.remember(Number(m.cursor.line())),
  q: (m) => m.remember(m.cursor.byte()),
  r: (m) => m.remember(m.cursor.uint32()),
  '\x94': (m) => m.remember(),
  g: (m) => m.recall(Number(m.cursor.line())),
  h: (m) => m.recall(m.cursor.byte()),
  j: (m) => m.recall(m.cursor.uint32()),
});

// Names and objects.
define({
  '\x80': (m) => requireProtocol(m.cursor.byte()),
  '\x95': (m) => {
    m.cursor.take(8);
  },
  c: (m) => m.pushGlobal(m.cursor.line(), m.cursor.line()),
  '\x93': (m) => {
    const [module, name] = popPair(m);
    if (typeof module !== 'string' || typeof name !== 'string') throw new Malformed('its pickle is damaged');
    m.pushGlobal(module, name);
  },
  P: (m) => m.pushPersistent(m.cursor.line()),
  Q: (m) => m.pushPersistent(m.pop()),
  R: (m) => m.call(...popPair(m)),
  '\x81': (m) => m.call(...popPair(m)),
  '\x92': (m) => {
    const [type, args] = popTriple(m);
    m.call(type, args);
  },
  i: (m) => m.call(new PickleGlobal(m.cursor.line(), m.cursor.line()), m.popMark()),
  o: (m) => {
    const [type = null, ...args] = m.popMark();
    m.call(type, args);
  },
  b: (m) => m.build(m.pop()),
});

function popPair(machine: PickleMachine): [PickleValue, PickleValue] {
  const second = machine.pop();
  return [machine.pop(), second];
}

function popTriple(machine: PickleMachine): [PickleValue, PickleValue, PickleValue] {
  const third = machine.pop();
  return [...popPair(machine), third];
}

function requireProtocol(protocol: number): void {
  if (protocol > 5) throw new Malformed(`its pickle is of protocol ${protocol}, and 5 is the newest known`);
}

function lineInteger(text: string): boolean | number | bigint {
  if (text === '00') return false;
  if (text === '01') return true;
  if (!/^[+-]?\d{1,2000}$/.test(text)) throw new Malformed('its pickle is damaged');
  return narrow(BigInt(text));
}

function lineFloat(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  return text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** Little-endian two's complement. */
function longInteger(bytes: Uint8Array): number | bigint {
  if (bytes.length > 1024) throw new Malformed('its pickle holds an absurdly long integer');
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return narrow(BigInt.asIntN(bytes.length * 8, value));
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
