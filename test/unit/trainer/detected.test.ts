// What a detection found goes in pieces, and comes out whole.
import { expect, it } from 'vitest';
import { detectionHearer, sayDetected } from '../../../src/main/trainer/detected.ts';
import type { DetectionEvent } from '../../../src/main/trainer/job.ts';

it('tells what was found a few images at a time', () => {
  const images = Array.from({ length: 200 }, (_, at) => ({
    boxes: [0, 0, at + 1, 9],
    scores: [0.5],
    labels: [at % 3],
  }));
  const numbers = { metrics: { AP: 0.5 }, perClass: [], unreadable: [{ image: 3, why: 'gone' }], seconds: 1 };
  const said: DetectionEvent[] = [];
  sayDetected({ classes: ['a'], images, ...numbers }, (event) => said.push(event));
  const pieces = said.flatMap((event) => (event.type === 'found' ? [event.images.length] : []));
  expect(Math.max(...pieces)).toBeLessThanOrEqual(64);
  const hear = detectionHearer();
  const heard = said.map(hear);
  expect(heard.slice(0, -1).every((result) => result === undefined)).toBe(true);
  expect(heard.at(-1)).toEqual({ classes: ['a'], images, ...numbers });
});
