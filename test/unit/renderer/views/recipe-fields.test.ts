import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldText, parseField } from '../../../../src/renderer/views/train/recipe-fields.ts';
import type { RecipeField } from '../../../../src/shared/contract/recipes.ts';

const field = (part: Partial<RecipeField>): RecipeField => ({
  path: 'train.lr',
  group: 'Training',
  name: 'Learning rate',
  kind: 'number',
  min: null,
  max: null,
  step: null,
  choices: [],
  unit: null,
  optional: false,
  auto: false,
  follows: [],
  value: 0.01,
  reason: '',
  ...part,
});

describe('a value of the recipe in a form', () => {
  it('comes back as it was written', () => {
    const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    const side = fc.integer({ min: 1, max: 4096 });
    const size = fc.tuple(side, side).map(([a, b]) => ({ long: Math.max(a, b), short: Math.min(a, b) }));
    fc.assert(
      fc.property(numbers, (value) => {
        const parsed = parseField(field({}), fieldText(value));
        expect('value' in parsed && Object.is(Number(parsed.value) + 0, value + 0)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.array(size, { minLength: 1, maxLength: 4 }), (value) => {
        expect(parseField(field({ kind: 'list', value }), fieldText(value))).toEqual({ value });
      }),
    );
    const sides = field({ kind: 'list', value: [{ long: 320, short: 320 }], min: 64, max: 4096 });
    expect(parseField(sides, '7')).toEqual({ fault: 'Learning rate is at least 64.' });
    expect(parseField(sides, '5000x640')).toEqual({ fault: 'Learning rate is at most 4096.' });
    expect(parseField(field({ kind: 'list', value: [8, 11] }), '8, 11')).toEqual({ value: [8, 11] });
    expect(parseField(field({ optional: true }), fieldText(null))).toEqual({ value: null });
    expect(parseField(field({ auto: true }), fieldText('auto'))).toEqual({ value: 'auto' });
  });

  it('refuses with a sentence', () => {
    const told = (part: Partial<RecipeField>, text: string) => {
      const parsed = parseField(field(part), text);
      return 'fault' in parsed ? parsed.fault : undefined;
    };
    expect(told({}, 'fast')).toBe('Learning rate is a number.');
    expect(told({}, '')).toBe('Learning rate needs a value.');
    expect(told({ kind: 'integer' }, '1.5')).toBe('Learning rate is a whole number.');
    expect(told({ min: 1 }, '0')).toBe('Learning rate is at least 1.');
    expect(told({ max: 1 }, '2')).toBe('Learning rate is at most 1.');
    expect(told({ kind: 'list', value: [1] }, '1, two')).toBe('Learning rate: "two" is not a number.');
    expect(told({ kind: 'list', value: [{ long: 1, short: 1 }] }, 'wide')).toContain('not a size as 640x480');
    expect(told({ max: 1 }, '0,5')).toBeUndefined();
    expect(told({ kind: 'integer' }, 'auto')).toBe('Learning rate is a number.');
    expect(told({ kind: 'integer', auto: true }, 'many')).toBe('Learning rate is a number, or auto.');
  });
});
