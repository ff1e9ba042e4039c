import { describe, expect, it } from 'vitest';
import type { EditorBox, EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { overtaken } from '../../../../src/renderer/labeling/overtaken.ts';
import { Saver } from '../../../../src/renderer/labeling/saver.ts';

const box = (id: number, change: Partial<EditorBox> = {}): EditorBox => ({
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
  ...change,
});

describe('a gesture that another window overtook', () => {
  it('keeps new boxes', () => {
    const draw: EditorGesture = { name: 'draw', put: [box(-1)], remove: [] };
    expect(overtaken(draw, [box(4)])).toEqual(draw);
  });

  it('moves a box whose class the other window changed, and leaves that class', () => {
    const moved = overtaken({ name: 'move', put: [box(4, { x: 50 })], remove: [] }, [box(4, { classId: 9 })]);
    expect(moved?.put).toEqual([box(4, { x: 50, classId: 9 })]);
    const named = overtaken({ name: 'reclass', put: [box(4, { classId: 2 })], remove: [] }, [
      box(4, { y: 7 }),
    ]);
    expect(named?.put).toEqual([box(4, { y: 7, classId: 2 })]);
  });

  it('leaves deleted boxes deleted', () => {
    const both: EditorGesture = { name: 'nudge', put: [box(4, { x: 2 }), box(5, { x: 2 })], remove: [] };
    expect(overtaken(both, [box(5)])?.put.map(({ id }) => id)).toEqual([5]);
    expect(overtaken({ name: 'delete', put: [], remove: [4] }, [])).toBeUndefined();
  });
});

/** A backend with boxes, that refuses gestures on old revisions, and another window that draws on it. */
function sharedBackend() {
  let revision = 1;
  let boxes = [box(1), box(2)];
  let nextId = 10;
  const told = { overtaken: 0, refused: 0 };
  const put = (changed: readonly EditorBox[], remove: readonly number[]) => {
    const stored = changed.map((one) => (one.id < 0 ? { ...one, id: nextId++ } : one));
    const ids = new Set([...stored.map(({ id }) => id), ...remove]);
    boxes = [...boxes.filter(({ id }) => !ids.has(id)), ...stored];
    revision += 1;
    return stored;
  };
  const saver = new Saver(revision, {
    send: async (at, gesture) => {
      await new Promise((done) => setTimeout(done, 1));
      if (at !== revision) throw new Error('conflict');
      const stored = put(gesture.put, gesture.remove);
      return { seq: 1, revision, state: 'in-progress', boxes: stored as never };
    },
    faultOf: (error) => (error instanceof Error && error.message === 'conflict' ? 'overtaken' : 'refused'),
    reachable: () => Promise.resolve(),
    read: () => Promise.resolve({ revision, boxes }),
    onId: () => undefined,
    onProgress: () => undefined,
    onOvertaken: () => {
      told.overtaken += 1;
    },
    onRefused: () => {
      told.refused += 1;
    },
    onStuck: () => undefined,
  });
  return { saver, told, put, boxes: () => boxes };
}

describe('saving beside another window', () => {
  it('loses no gesture of either, and says so once', async () => {
    const { saver, told, put, boxes } = sharedBackend();
    put([box(2, { classId: 7 })], [1]);
    saver.push({ name: 'draw', put: [box(-1, { x: 30 })], remove: [] });
    saver.push({ name: 'move', put: [box(2, { x: 40 })], remove: [] });
    saver.push({ name: 'move', put: [box(1, { x: 40 })], remove: [] });
    saver.push({ name: 'resize', put: [box(-1, { x: 30, width: 9 })], remove: [] });
    await saver.settled();
    expect(told).toEqual({ overtaken: 1, refused: 0 });
    expect(boxes().sort((a, b) => a.id - b.id)).toEqual([
      box(2, { classId: 7, x: 40 }),
      box(10, { x: 30, width: 9 }),
    ]);
  });
});
