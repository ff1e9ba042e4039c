import { describe, expect, it } from 'vitest';
import type { EditorBox, EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { Saver } from '../../../../src/renderer/labeling/saver.ts';

const box = (id: number): EditorBox => ({
  id,
  classId: 1,
  x: 1,
  y: 1,
  width: 5,
  height: 5,
  ignore: false,
  difficult: false,
  truncated: false,
  occluded: false,
  z: 0,
});
const draw = (id: number): EditorGesture => ({ name: 'draw', put: [box(id)], remove: [] });

/** A backend that stores one gesture at a time and refuses old revisions. */
function backend(failAt = Number.POSITIVE_INFINITY) {
  const sent: { revision: number; gesture: EditorGesture }[] = [];
  const ids: [number, number][] = [];
  const troubles: number[] = [];
  let revision = 3;
  let nextId = 100;
  const saver = new Saver(revision, {
    send: async (at, gesture) => {
      await new Promise((done) => setTimeout(done, 1));
      sent.push({ revision: at, gesture });
      if (sent.length === failAt || at !== revision) throw new Error('refused');
      revision += 1;
      const boxes = gesture.put.map(({ id }) => ({ id: id < 0 ? nextId++ : id }));
      return { seq: revision, revision, state: 'in-progress', boxes: boxes as never };
    },
    onId: (temporary, id) => ids.push([temporary, id]),
    onProgress: () => undefined,
    isConflict: () => false,
    isLost: () => false,
    connected: () => Promise.resolve(),
    read: () => Promise.reject(new Error('not asked for')),
    onOvertaken: () => undefined,
    onTrouble: (_error, lost) => troubles.push(lost),
  });
  return { saver, sent, ids, troubles };
}

describe('saver', () => {
  it('sends gestures in order, each on the revision the last one left', async () => {
    const { saver, sent } = backend();
    for (const id of [-1, -2, -3]) saver.push(draw(id));
    await saver.settled();
    expect(sent.map(({ revision }) => revision)).toEqual([3, 4, 5]);
    expect(saver.pending).toBe(0);
  });

  it('names a box by its lasting id in gestures made before the id came', async () => {
    const { saver, sent, ids } = backend();
    saver.push(draw(-1));
    saver.push({ name: 'move', put: [{ ...box(-1), x: 9 }], remove: [] });
    saver.push({ name: 'delete', put: [], remove: [-1] });
    await saver.settled();
    expect(ids).toEqual([[-1, 100]]);
    expect(sent[1]?.gesture.put[0]).toMatchObject({ id: 100, x: 9 });
    expect(sent[2]?.gesture.remove).toEqual([100]);
  });

  it('says how many gestures a refusal costs, and goes on with later ones', async () => {
    const { saver, troubles, sent } = backend(1);
    saver.push(draw(-1));
    saver.push(draw(-2));
    await saver.settled();
    expect(troubles).toEqual([2]);
    saver.push(draw(-3));
    await saver.settled();
    expect(sent).toHaveLength(2);
  });
});

/** A backend whose connection breaks at the first gesture, before it is stored or before its answer comes. */
function breaking(isStored: boolean) {
  const stored: EditorBox[] = [box(1)];
  const told = { ids: [] as number[][], overtaken: 0, trouble: 0 };
  let revision = 3;
  let lost = false;
  let breaks = true;
  const saver = new Saver(revision, {
    send: async (at, gesture) => {
      const breaksNow = breaks;
      breaks = false;
      lost = breaksNow;
      if (breaksNow && !isStored) throw new Error('closed');
      if (at !== revision) throw new Error('refused');
      const boxes = gesture.put.map((one) => ({ ...one, id: one.id < 0 ? 100 + stored.length : one.id }));
      stored.push(...boxes);
      revision += 1;
      if (breaksNow) throw new Error('closed');
      return { seq: revision, revision, state: 'in-progress', boxes: boxes as never };
    },
    isLost: () => lost,
    connected: async () => {
      await new Promise((done) => setTimeout(done, 1));
      lost = false;
    },
    isConflict: () => false,
    read: async () => ({ revision, boxes: [...stored] }),
    onId: (...pair) => told.ids.push(pair),
    onProgress: () => undefined,
    onOvertaken: () => void told.overtaken++,
    onTrouble: () => void told.trouble++,
  });
  return { saver, stored, told };
}

describe('saver without a connection', () => {
  it.each([true, false])('stores each gesture once (the first was stored: %s)', async (isStored) => {
    const { saver, stored, told } = breaking(isStored);
    // the same box twice is meant twice
    for (const id of [-1, -2]) saver.push(draw(id));
    expect(saver.pending).toBe(2);
    await saver.settled();
    expect(stored.map(({ id }) => id)).toEqual([1, 101, 102]);
    expect(told).toEqual({
      ids: [
        [-1, 101],
        [-2, 102],
      ],
      overtaken: 0,
      trouble: 0,
    });
  });
});
