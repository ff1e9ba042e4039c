// Numbers with what they count.
import { expect, it } from 'vitest';
import { counted } from '../../../src/shared/counted.ts';

it('is singular for one alone', () => {
  const told = [0, 1, 2].map((count) => counted(count, 'box is', 'boxes are'));
  expect(told).toEqual(['0 boxes are', '1 box is', '2 boxes are']);
});
