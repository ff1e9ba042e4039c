// Who gets a picture first while many are asked for: who asked last, and nobody who has left.
import { describe, expect, it } from 'vitest';
import { PictureQueue } from '../../../src/main/services/picture-queue.ts';

/** A queue of one at a time; `made` names what was begun, `finish` ends it. */
function slowQueue() {
  const queue = new PictureQueue(1);
  const made: string[] = [];
  const ends: (() => void)[] = [];
  const get = (key: string, signal?: AbortSignal) =>
    queue.get(
      key,
      () => {
        made.push(key);
        return new Promise<string>((done) => ends.push(() => done(`${key}.webp`)));
      },
      signal,
    );
  const finish = async () => {
    await expect.poll(() => ends.length).toBeGreaterThan(0);
    ends.shift()?.();
  };
  return { get, made, finish };
}

describe('pictures in the making', () => {
  it('come in the order of the last wish, each once', async () => {
    const { get, made, finish } = slowQueue();
    const first = get('a');
    await expect.poll(() => made).toEqual(['a']);
    const others = [get('b'), get('c'), get('d'), get('c')];
    for (let count = 0; count < 4; count++) await finish();
    expect(await first).toBe('a.webp');
    expect(await Promise.all(others)).toEqual(['b.webp', 'c.webp', 'd.webp', 'c.webp']);
    expect(made).toEqual(['a', 'c', 'd', 'b']);
  });

  it('are not made for those who left, but for who stays', async () => {
    const { get, made, finish } = slowQueue();
    const first = get('a');
    await expect.poll(() => made).toEqual(['a']);
    const [leaving, shared] = [new AbortController(), new AbortController()];
    const left = get('left', leaving.signal);
    const both = [get('both', shared.signal), get('both')];
    leaving.abort();
    shared.abort();
    await expect(left).rejects.toThrow(/abort/i);
    await expect(get('late', leaving.signal)).rejects.toThrow(/abort/i);
    await finish();
    await finish();
    await first;
    expect(await Promise.all(both)).toEqual(['both.webp', 'both.webp']);
    expect(made).toEqual(['a', 'both']);
    const again = get('left');
    await finish();
    expect(await again).toBe('left.webp');
  });

  it('fail alone', async () => {
    const queue = new PictureQueue(1);
    const failing = queue.get('bad', () => Promise.reject(new Error('damaged')));
    const other = queue.get('good', () => Promise.resolve('good.webp'));
    await expect(failing).rejects.toThrow('damaged');
    expect(await other).toBe('good.webp');
  });
});
