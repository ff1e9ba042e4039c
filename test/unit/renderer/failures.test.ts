import { ORPCError } from '@orpc/client';
import { describe, expect, it } from 'vitest';
import { ConnectionLost, faultOf, isConflict, isGone, troubleOf } from '../../../src/renderer/failures.ts';
import type { ProblemKind } from '../../../src/shared/problem.ts';

const problem = (kind?: ProblemKind) =>
  new ORPCError('PROBLEM', {
    status: 422,
    message: 'No.',
    data: { remedy: 'Do this.', ...(kind && { kind }) },
  });
const conflict = new ORPCError('CONFLICT', { status: 409, message: 'Changed.' });
const invalid = new ORPCError('BAD_REQUEST', { message: 'Input validation failed' });
const broken = new ORPCError('INTERNAL_SERVER_ERROR', { message: 'Internal server error' });

describe('a failed request', () => {
  it('tells what becomes of the gesture that was sent', () => {
    expect([problem(), problem('gone'), invalid].map(faultOf)).toEqual(['refused', 'refused', 'refused']);
    expect([problem('hindrance'), broken, new TypeError('x')].map(faultOf)).toEqual([
      'stuck',
      'stuck',
      'stuck',
    ]);
    expect([problem('elsewhere'), new ConnectionLost('x')].map(faultOf)).toEqual(['away', 'away']);
    expect(faultOf(conflict)).toBe('overtaken');
    expect([isGone(problem('gone')), isGone(problem()), isConflict(conflict)]).toEqual([true, false, true]);
  });

  it('is told in sentences of our own', () => {
    expect(troubleOf(problem())).toEqual({ message: 'No.', remedy: 'Do this.' });
    expect(troubleOf(invalid).message).toBe('What was entered cannot be used.');
    expect(troubleOf(broken).message).toBe('Something went wrong inside.');
  });
});
