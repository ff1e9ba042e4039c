import { describe, expect, it } from 'vitest';
import type { EditorBox, EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { type Fault, type KeptLine, Saver } from '../../../../src/renderer/labeling/saver.ts';

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

const move = (id: number): EditorGesture => ({ name: 'move', put: [{ ...box(id), x: 9 }], remove: [] });

/** A backend that stores one gesture at a time, and fails by name those it is told to. */
function backend(faults: Record<string, Fault> = {}, kept?: KeptLine) {
  const sent: { revision: number; gesture: EditorGesture }[] = [];
  const ids: [number, number][] = [];
  const refusals: number[] = [];
  let stuck = 0;
  let revision = 3;
  let nextId = 100;
  const saver = new Saver(
    revision,
    {
      send: async (at, gesture) => {
        await Promise.resolve();
        sent.push({ revision: at, gesture });
        if (faults[gesture.name]) throw new Error(gesture.name);
        if (at !== revision) throw new Error('old');
        revision += 1;
        const boxes = gesture.put.map(({ id }) => ({ id: id < 0 ? nextId++ : id }));
        return { seq: revision, revision, state: 'in-progress', boxes: boxes as never };
      },
      onId: (temporary, id) => ids.push([temporary, id]),
      onProgress: () => undefined,
      faultOf: (error) => faults[(error as Error).message] ?? 'refused',
      reachable: () => Promise.resolve(),
      read: () => Promise.resolve({ revision, boxes: [] }),
      onOvertaken: () => undefined,
      onRefused: (_error, dropped) => refusals.push(dropped),
      onStuck: () => void stuck++,
    },
    kept,
  );
  return {
    saver,
    sent,
    ids,
    refusals,
    faults,
    names: () => sent.map(({ gesture }) => gesture.name),
    stuck: () => stuck,
  };
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
    saver.push(move(-1));
    saver.push({ name: 'delete', put: [], remove: [-1] });
    await saver.settled();
    expect(ids).toEqual([[-1, 100]]);
    expect(sent[1]?.gesture.put[0]).toMatchObject({ id: 100, x: 9 });
    expect(sent[2]?.gesture.remove).toEqual([100]);
  });

  it('drops a refused gesture and what needs it, and stores the rest', async () => {
    const { saver, refusals, sent } = backend({ paste: 'refused' });
    saver.push({ ...draw(-1), name: 'paste' });
    saver.push(move(-1));
    saver.push({ name: 'resize', put: [box(-1), box(7)], remove: [] });
    saver.push(draw(-2));
    saver.push({ name: 'delete', put: [], remove: [-1] });
    await saver.settled();
    expect(refusals).toEqual([3]);
    expect(sent.slice(1).map(({ gesture }) => [gesture.name, gesture.put.map(({ id }) => id)])).toEqual([
      ['resize', [7]],
      ['draw', [-2]],
    ]);
    expect(saver.pending).toBe(0);
  });

  it('keeps everything in line while nothing can be stored, until it is told to try again', async () => {
    const { saver, refusals, faults, names, stuck } = backend({ move: 'stuck' });
    saver.push(draw(-1));
    saver.push(move(-1));
    saver.push(draw(-2));
    await saver.settled();
    expect([saver.stuck, saver.pending, stuck()]).toEqual([true, 2, 1]);
    saver.push(draw(-3));
    await saver.settled();
    expect(saver.pending).toBe(3);
    delete faults.move;
    saver.retry();
    await saver.settled();
    expect([saver.stuck, saver.pending]).toEqual([false, 0]);
    expect(names()).toEqual(['draw', 'move', 'move', 'draw', 'draw']);
    expect(refusals).toEqual([]);
  });

  it('shows what waits over what is stored, and forgets it when it is given up', async () => {
    const { saver } = backend({ move: 'stuck' });
    saver.push(draw(-1));
    saver.push(move(-1));
    saver.push({ name: 'delete', put: [], remove: [8] });
    await saver.settled();
    expect(saver.over([box(8), box(100)])).toEqual([{ ...box(100), x: 9 }]);
    saver.drop();
    expect([saver.stuck, saver.pending]).toEqual([false, 0]);
    expect(saver.over([box(8)])).toEqual([box(8)]);
  });

  it('goes on where an earlier page left its line', async () => {
    const first = backend({ move: 'stuck' });
    first.saver.push(draw(-1));
    first.saver.push(move(-1));
    first.saver.push(draw(-2));
    await first.saver.settled();
    const kept = JSON.parse(JSON.stringify(first.saver.line)) as KeptLine;
    const second = backend({}, { ...kept, revision: 3 });
    await second.saver.settled();
    expect(second.sent.map(({ gesture }) => gesture.put.map(({ id }) => id))).toEqual([[100], [-2]]);
  });
});

/** A backend whose connection breaks at the first gesture, before it is stored or before its answer comes. */
function breaking(isStored: boolean) {
  const stored: EditorBox[] = [box(1)];
  const told = { ids: [] as number[][], overtaken: 0, refused: 0 };
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
    faultOf: () => (lost ? 'away' : 'refused'),
    reachable: async () => {
      await Promise.resolve();
      lost = false;
    },
    read: async () => ({ revision, boxes: [...stored] }),
    onId: (...pair) => told.ids.push(pair),
    onProgress: () => undefined,
    onOvertaken: () => void told.overtaken++,
    onRefused: () => void told.refused++,
    onStuck: () => undefined,
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
      refused: 0,
    });
  });
});
