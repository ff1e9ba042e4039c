// Strided views and narrow floats against their definitions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  contiguousBytes,
  elementCount,
  fromFloat32,
  toFloat32,
} from '../../../../src/main/detector/checkpoints/stored-tensor.ts';

const viewCase = fc
  .array(fc.record({ size: fc.integer({ min: 0, max: 5 }), stride: fc.integer({ min: 0, max: 9 }) }), {
    maxLength: 4,
  })
  .chain((axes) =>
    fc.record({
      shape: fc.constant(axes.map(({ size }) => size)),
      strides: fc.constant(axes.map(({ stride }) => stride)),
      offset: fc.integer({ min: 0, max: 7 }),
    }),
  );

/** Position in the storage of every element, by the definition: offset + sum of index * stride. */
function positions(shape: readonly number[], strides: readonly number[], offset: number): number[] {
  const [size, ...inner] = shape;
  if (size === undefined) return [offset];
  return Array.from({ length: size }, (_, i) =>
    positions(inner, strides.slice(1), offset + i * strides[0]!),
  ).flat();
}

describe('contiguousBytes', () => {
  it('puts every strided view in row-major order', () => {
    fc.assert(
      fc.property(viewCase, ({ shape, strides, offset }) => {
        const storage = Int16Array.from({ length: 400 }, (_, i) => i * 3 - 7);
        const bytes = contiguousBytes(new Uint8Array(storage.buffer), 2, { shape, strides, offset });
        const expected = positions(shape, strides, offset).map((at) => storage[at]);
        expect([...new Int16Array(bytes.buffer)]).toEqual(expected);
        expect(bytes.length).toBe(2 * elementCount(shape));
      }),
    );
  });

  it('refuses a view that leaves its storage', () => {
    const storage = new Uint8Array(4 * 6);
    const read = (offset: number, strides: number[]) =>
      contiguousBytes(storage, 4, { shape: [2, 3], strides, offset });
    expect(() => read(0, [3, 1])).not.toThrow();
    expect(() => read(1, [3, 1])).toThrow('beyond its storage');
    expect(() => read(0, [4, 1])).toThrow('beyond its storage');
  });
});

describe('float16 and bfloat16', () => {
  it('come back unchanged for all 65536 halves but NaN payloads', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const wide = toFloat32({ dtype, shape: [65536], data: bits });
      const back = fromFloat32(wide, [65536], dtype).data;
      const wrong = [...bits].filter((half) => !Number.isNaN(wide[half]) && back[half] !== half);
      expect(wrong).toEqual([]);
      expect(
        [...bits].every(
          (half) =>
            !Number.isNaN(wide[half]) ||
            Number.isNaN(toFloat32(fromFloat32(wide.slice(half, half + 1), [1], dtype))[0]),
        ),
      ).toBe(true);
    }
  });

  it('round to the nearest, to even on a tie', () => {
    // 1 + 2^-11 lies between 1 and 1 + 2^-10; 65520 between 65504 and infinity; 2^-25 between 0 and 2^-24.
    const values = Float32Array.of(
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65519,
      65520,
      2 ** -25,
      3 * 2 ** -25,
      -1e9,
    );
    const rounded = toFloat32(fromFloat32(values, [7], 'float16'));
    expect([...rounded]).toEqual([1, 1 + 2 ** -9, 65504, Infinity, 0, 2 ** -23, -Infinity]);
    const wide = toFloat32(
      fromFloat32(Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38), [3], 'bfloat16'),
    );
    expect([...wide]).toEqual([1, 1 + 2 ** -6, Infinity]);
  });
});
