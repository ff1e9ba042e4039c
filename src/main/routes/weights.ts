// Pretrained weights.
import { fetchWeight, takeWeight } from '../services/weights.ts';
import { os, type Parts, progressOf } from './parts.ts';

const MEGABYTE = 1e6;

export function weightRoutes(parts: Parts) {
  return os.weights.router({
    fetch: os.weights.fetch.handler(async ({ input: { name }, context: { session }, signal }) => {
      const told = progressOf(parts, session);
      const megabytes = (bytes: number) => Math.ceil(bytes / MEGABYTE);
      await fetchWeight(
        name,
        (done, total = done) =>
          told(megabytes(done), megabytes(Math.max(done, total)), 'megabytes downloaded'),
        signal,
      );
    }),
    take: os.weights.take.handler(({ input: { name, file } }) => takeWeight(name, file)),
  });
}
