// What every part of the contract is made of: failures that come with a sentence, and inputs that many requests share.
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { problemKinds } from '../problem.ts';

/** A request of the contract, with the failures that any of them may end in. */
export const request = oc.errors({
  PROBLEM: {
    status: 422,
    data: z.object({ remedy: z.string().nullable(), kind: z.enum(problemKinds).optional() }),
  },
  CONFLICT: { status: 409, data: z.object({ imageId: z.number(), revision: z.number() }) },
});

export const id = z.number().int().positive();
/** A path on the computer the backend runs on. */
export const path = z.string().min(1).max(4096);
/** The project a change is meant for: another one may have been opened meanwhile. */
export const project = z.string().min(1).max(100);
export const runId = z.string().regex(/^r\d{1,15}$/);
/** A text a person writes: a name, a title. */
export const label = z.string().trim().min(1).max(200);
