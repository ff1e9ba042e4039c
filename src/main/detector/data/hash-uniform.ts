// Numbers that any implementation can draw again: an integer hash of a name and an index. The reference fixtures take
// their weights, shuffles and flips from it.

const encoder = new TextEncoder();

/** FNV-1a, 32 bits, of the UTF-8 bytes of `text`. */
export function fnv1a32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encoder.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** `n` numbers in [0, 1) of 24 bits each, exact in float32: element i depends on `name` and i alone. */
export function hashUniform(name: string, n: number): Float32Array {
  const offset = fnv1a32(name);
  const u = new Float32Array(n);
  for (let i = 0; i < n; i++) u[i] = mixed(i, offset);
  return u;
}

/** Element `index` of hashUniform. */
export function hashUniformAt(name: string, index: number): number {
  return mixed(index, fnv1a32(name));
}

function mixed(index: number, offset: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + offset) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 8) / 2 ** 24;
}

/** `n` values in [offset - bound, offset + bound): a weight's uniform start. */
export function hashUniformValues(name: string, n: number, bound: number, offset = 0): Float32Array {
  return hashUniform(name, n).map((u) => offset + bound * (2 * u - 1));
}

/** `n` values of N(0, deviation): a weight's normal start, by Box and Muller from two hashes of the name. */
export function hashNormalValues(name: string, n: number, deviation: number): Float32Array {
  const u2 = hashUniform(`${name}#b`, n);
  return hashUniform(`${name}#a`, n).map((u1, i) => {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - u1));
    return radius * Math.cos(2 * Math.PI * (u2[i] as number));
  });
}
