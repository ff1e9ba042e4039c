// Many boxes at once: selecting, and what one gesture does to all of them.
import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../src/renderer/labeling/editor.ts';
import * as edits from '../../../../src/renderer/labeling/edits.ts';
import type { EditorBox, EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { toScreen } from '../../../../src/renderer/labeling/viewport.ts';

const flags = { ignore: false, difficult: false, truncated: false, occluded: false, z: 0 };
const box = (id: number, x: number, y: number, width: number, height: number): EditorBox => ({
  ...flags,
  id,
  classId: 1,
  x,
  y,
  width,
  height,
});
const near = (value: number) => expect.closeTo(value, 6);

describe('many boxes', () => {
  let gestures: EditorGesture[];
  let editor: Editor;

  beforeEach(() => {
    gestures = [];
    editor = new Editor({ onGesture: (gesture) => gestures.push(gesture), onChange: () => undefined });
    editor.camera.resize({ width: 800, height: 600 });
    editor.load({ width: 400, height: 300 }, [
      box(1, 50, 50, 40, 40),
      box(2, 150, 50, 40, 20),
      box(3, 300, 200, 40, 40),
    ]);
    editor.classId = 1;
  });

  const at = (x: number, y: number) => toScreen(editor.camera.view, { x, y });
  function pull(from: [number, number], to: [number, number], adds = false) {
    editor.press({ ...at(...from), button: 0, adds });
    editor.drag(at(...to));
    editor.release(at(...to));
  }
  const click = (x: number, y: number, adds = false) => pull([x, y], [x, y], adds);
  const selected = () => [...editor.list.selection].sort();

  it('adds to the selection by shift-click, and takes away again', () => {
    click(70, 70);
    click(170, 60, true);
    expect(selected()).toEqual([1, 2]);
    click(70, 70, true);
    expect(selected()).toEqual([2]);
    expect(gestures).toEqual([]);
  });

  it('brings boxes to the front and sends them to the back, in their order among themselves', () => {
    const order = () => editor.boxes.map(({ id }) => id);
    editor.selectAll([2, 1]);
    edits.toFront(editor);
    expect(order()).toEqual([3, 1, 2]);
    editor.selectAll([2]);
    edits.toFront(editor);
    expect(gestures).toHaveLength(1);
    edits.toBack(editor);
    expect(order()).toEqual([2, 3, 1]);
    editor.selectAll([3, 2]);
    edits.toBack(editor);
    expect(order()).toEqual([2, 3, 1]);
    edits.selectEverything(editor);
    edits.toFront(editor);
    expect(gestures.map(({ name }) => name)).toEqual(['to-front', 'to-back']);
  });

  it('draws a new box over all others, and takes hold of the uppermost', () => {
    editor.selectAll([1]);
    edits.toFront(editor);
    editor.setTool('draw');
    pull([40, 40], [100, 100]);
    expect(editor.boxes.at(-1)?.width).toBeCloseTo(60, 6);
    editor.setTool('select');
    click(41, 69);
    editor.selectAll([1]);
    edits.toFront(editor);
    expect(editor.boxes.at(-1)?.id).toBe(1);
  });

  it('selects what a rubber band touches, and draws nothing', () => {
    pull([120, 30], [310, 210], true);
    expect(selected()).toEqual([2, 3]);
    expect(gestures).toEqual([]);
  });

  it('moves all of them by one gesture, and stops together at the edge', () => {
    editor.selectAll([1, 2]);
    pull([70, 70], [80, 75]);
    expect(gestures).toHaveLength(1);
    expect(gestures[0]).toMatchObject({
      name: 'move',
      put: [
        { id: 1, x: near(60), y: near(55) },
        { id: 2, x: near(160), y: near(55) },
      ],
    });
    pull([80, 75], [-200, 75]);
    expect(gestures[1]?.put).toMatchObject([
      { x: near(0), y: near(55) },
      { x: near(100), y: near(55) },
    ]);
  });

  it('keeps the whole selection while one of it is dragged, and selects that one by a click', () => {
    editor.selectAll([1, 2]);
    click(170, 60);
    expect(selected()).toEqual([2]);
  });

  it('resizes the group by a handle of its bounds', () => {
    editor.selectAll([1, 2]);
    pull([190, 90], [330, 130]);
    expect(gestures[0]).toMatchObject({
      name: 'resize',
      put: [
        { id: 1, x: near(50), y: near(50), width: near(80), height: near(80) },
        { id: 2, x: near(250), y: near(50), width: near(80), height: near(40) },
      ],
    });
  });

  it('nudges, grows, reclasses, flags, duplicates and deletes all of them, one gesture each', () => {
    edits.selectEverything(editor);
    edits.nudge(editor, 0, -10);
    edits.grow(editor, 1, 0);
    edits.assign(editor, 5);
    edits.toggleFlag(editor, 'occluded');
    edits.duplicate(editor);
    expect(editor.list.selection.size).toBe(3);
    edits.removeSelected(editor);
    expect(gestures.map(({ name, put, remove }) => [name, put.length, remove.length])).toEqual([
      ['nudge', 3, 0],
      ['resize', 3, 0],
      ['reclass', 3, 0],
      ['occluded', 3, 0],
      ['duplicate', 3, 0],
      ['delete', 0, 3],
    ]);
    expect(editor.boxes[0]).toMatchObject({ x: 50, y: 40, width: 41, classId: 5, occluded: true });
  });

  it('sets a flag on all where some lack it, and clears it where all have it', () => {
    editor.select(1);
    edits.toggleFlag(editor, 'truncated');
    editor.selectAll([1, 2]);
    edits.toggleFlag(editor, 'truncated');
    expect(gestures.at(-1)?.put.map(({ id }) => id)).toEqual([2]);
    edits.toggleFlag(editor, 'truncated');
    expect(editor.boxes.some(({ truncated }) => truncated)).toBe(false);
  });

  it('leaves the class of the next box alone while it is locked', () => {
    editor.classLocked = true;
    editor.select(1);
    edits.assign(editor, 7);
    expect(editor.classId).toBe(1);
    expect(editor.boxes[0]?.classId).toBe(7);
    editor.select(undefined);
    edits.assign(editor, 3);
    expect(editor.classId).toBe(3);
  });

  it('snaps a moved box to the edge of the image within three screen pixels', () => {
    const two = 2 / editor.camera.view.scale;
    pull([70, 70], [20 + two, 100]);
    expect(gestures[0]?.put[0]).toMatchObject({ x: 0, y: near(80) });
  });

  it('goes through the boxes under the pointer', () => {
    editor.setBoxes([box(1, 50, 50, 100, 100), box(2, 60, 60, 50, 50), box(3, 70, 70, 20, 20)]);
    editor.drag(at(80, 80));
    const seen = [0, 1, 2].map(() => {
      edits.cycle(editor);
      return editor.selectedId;
    });
    expect(new Set(seen)).toEqual(new Set([1, 2, 3]));
  });

  it('pastes in the same place on another image, beside the boxes on the same one', () => {
    const copied = [...editor.boxes];
    edits.paste(editor, copied);
    expect(gestures[0]?.put[0]?.x).toBeGreaterThan(50);
    editor.load({ width: 400, height: 300 }, []);
    edits.paste(editor, copied);
    expect(gestures[1]?.put).toMatchObject(copied.map(({ x, y }) => ({ x, y })));
  });

  it('never lays a copy exactly on a box of its class', () => {
    const [box] = editor.boxes;
    const corner = { ...box!, id: 8, x: 300, y: 200, width: 100, height: 100 };
    editor.load({ width: 400, height: 300 }, [corner]);
    editor.select(8);
    expect(edits.duplicate(editor)).toBe('whole');
    expect(gestures[0]?.put[0]?.x).toBeLessThan(300);
    editor.load({ width: 400, height: 300 }, [{ ...corner, x: 0, y: 0, width: 400, height: 300 }]);
    editor.select(8);
    expect(edits.duplicate(editor)).toBe('no-room');
    expect(edits.repeat(editor, editor.boxes)).toBe('no-room');
    expect(gestures).toHaveLength(1);
  });

  it('says where copies had to be cut on a smaller image', () => {
    const wide = editor.boxes.map((box) => ({ ...box, x: box.x * 9, width: 300 }));
    editor.load({ width: 200, height: 300 }, []);
    expect(edits.paste(editor, wide)).toBe('cut');
  });

  it('changes nothing where nothing would change', () => {
    editor.select(1);
    edits.assign(editor, 1);
    edits.nudge(editor, 0, 0);
    expect(gestures).toEqual([]);
  });
});
