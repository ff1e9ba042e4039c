import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../src/renderer/labeling/editor.ts';
import * as edits from '../../../../src/renderer/labeling/edits.ts';
import type { EditorBox, EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { toScreen } from '../../../../src/renderer/labeling/viewport.ts';

const box = (id: number, x: number, y: number, width: number, height: number): EditorBox => ({
  id,
  classId: 1,
  x,
  y,
  width,
  height,
  ignore: false,
  difficult: false,
  truncated: false,
  occluded: false,
  z: 0,
});

describe('editor', () => {
  let gestures: EditorGesture[];
  let editor: Editor;
  let nameless: number;

  beforeEach(() => {
    gestures = [];
    nameless = 0;
    editor = new Editor({
      onGesture: (gesture) => gestures.push(gesture),
      onChange: () => undefined,
      onNameless: () => void nameless++,
    });
    editor.camera.resize({ width: 800, height: 600 });
    editor.load({ width: 400, height: 300 }, [box(1, 50, 50, 100, 80), box(2, 70, 60, 30, 20)]);
    editor.classId = 1;
  });

  const press = (x: number, y: number) =>
    editor.press({ ...toScreen(editor.camera.view, { x, y }), button: 0 });
  const drag = (x: number, y: number) => editor.drag(toScreen(editor.camera.view, { x, y }));
  const release = (x: number, y: number) => editor.release(toScreen(editor.camera.view, { x, y }));
  function pull(from: [number, number], to: [number, number]) {
    press(...from);
    drag(...to);
    release(...to);
  }

  it('draws a box by a drag on the empty image', () => {
    pull([200, 200], [260, 240]);
    expect(gestures).toHaveLength(1);
    expect(gestures[0]).toMatchObject({ name: 'draw', put: [{ classId: 1 }] });
    const drawn = gestures[0]!.put[0]!;
    expect(drawn.id).toBeLessThan(0);
    expect([drawn.x, drawn.y, drawn.width, drawn.height]).toEqual(
      [200, 200, 60, 40].map((n) => expect.closeTo(n, 6)),
    );
  });

  describe('by keys alone', () => {
    beforeEach(() => {
      editor.camera.actualSize();
      editor.setTool('draw');
    });

    it('draws a box between two corners that a crosshair was moved to, to the pixel', () => {
      editor.aimBy(-10, 0);
      editor.setCorner();
      editor.aimBy(10, 10);
      editor.aimBy(1, 0);
      expect(editor.draft).toEqual([{ x: 190, y: 150, width: 11, height: 10 }]);
      editor.setCorner();
      expect(gestures).toHaveLength(1);
      expect(gestures[0]).toMatchObject({
        name: 'draw',
        put: [{ x: 190, y: 150, width: 11, height: 10, classId: 1 }],
      });
      expect(editor.aims).toBe(true);
    });

    it('makes no box of one place, and keeps the crosshair in the image', () => {
      editor.aimBy(-1000, -1000);
      editor.setCorner();
      editor.setCorner();
      expect(gestures).toEqual([]);
      expect(editor.dragging).toBe('draw');
      editor.aimBy(5, 0);
      editor.aimBy(0, 5);
      editor.setCorner();
      expect(gestures[0]?.put).toMatchObject([{ x: 0, y: 0, width: 5, height: 5 }]);
    });

    it('gives up the corner first, then the crosshair', () => {
      editor.aimBy(1, 0);
      editor.setCorner();
      expect(editor.cancel()).toBe(true);
      expect([editor.dragging, editor.aims]).toEqual([undefined, true]);
      expect(editor.cancel()).toBe(false);
      expect([editor.endAim(), editor.endAim(), editor.aims]).toEqual([true, false, false]);
    });

    it('leaves the crosshair where it is while the image is zoomed, and to a pointer that moves', () => {
      editor.drag({ x: 300, y: 200 });
      editor.aimBy(1, 0);
      editor.drag({ x: 300, y: 200 });
      expect(editor.aims).toBe(true);
      const aimed = editor.camera.imagePoint(editor.pointer!);
      editor.camera.zoom(2);
      expect(editor.camera.imagePoint(editor.pointer!)).toEqual(aimed);
      editor.drag({ x: 301, y: 200 });
      expect(editor.aims).toBe(false);
      expect(editor.pointer).toMatchObject({ x: 301, y: 200 });
    });

    it('begins another box, so that none stays selected', () => {
      editor.select(1);
      editor.setTool('draw');
      expect(editor.selectedId).toBeUndefined();
    });
  });

  it('draws by two clicks with the drawing tool', () => {
    editor.setTool('draw');
    press(200, 200);
    release(200, 200);
    drag(240, 250);
    press(240, 250);
    release(240, 250);
    expect(gestures.map(({ name }) => name)).toEqual(['draw']);
    expect(gestures[0]?.put[0]).toMatchObject({
      width: expect.closeTo(40, 6),
      height: expect.closeTo(50, 6),
    });
  });

  it('makes no box of a click', () => {
    press(200, 200);
    release(200, 200);
    expect(gestures).toEqual([]);
    expect(editor.dragging).toBeUndefined();
  });

  it('clips and snaps to the edge of the image', () => {
    pull([300, 200], [500, 299.5]);
    expect(gestures[0]?.put[0]).toMatchObject({
      width: expect.closeTo(100, 6),
      height: expect.closeTo(100, 6),
    });
  });

  it('takes the smaller of two boxes, and moves it', () => {
    pull([85, 70], [95, 75]);
    expect(gestures[0]).toMatchObject({ name: 'move', put: [{ id: 2, x: expect.closeTo(80, 6) }] });
  });

  it('resizes by a corner', () => {
    pull([150, 130], [170, 150]);
    expect(gestures[0]).toMatchObject({ name: 'resize', put: [{ id: 1, width: expect.closeTo(120, 6) }] });
  });

  it('gives up what is being drawn', () => {
    press(200, 200);
    drag(240, 240);
    expect(editor.cancel()).toBe(true);
    release(240, 240);
    expect(gestures).toEqual([]);
    expect(editor.cancel()).toBe(false);
  });

  it('keeps the selection when a new box gets its lasting id', () => {
    pull([200, 200], [260, 240]);
    const temporary = editor.selectedId!;
    editor.adopt(temporary, 7);
    expect(editor.selected?.id).toBe(7);
    edits.nudge(editor, 1, 0);
    expect(gestures[1]?.put[0]).toMatchObject({ id: 7, x: expect.closeTo(201, 6) });
  });

  it('zooms with the boxes where they are', () => {
    editor.camera.zoom(3);
    pull([200, 150], [230, 160]);
    expect(gestures[0]?.put[0]).toMatchObject({ x: expect.closeTo(200, 6), width: expect.closeTo(30, 6) });
  });

  it('changes the class of the selected box, and of the next', () => {
    editor.select(1);
    edits.assign(editor, 4);
    expect(gestures[0]).toMatchObject({ name: 'reclass', put: [{ id: 1, classId: 4 }] });
    pull([200, 200], [260, 240]);
    expect(gestures[1]?.put[0]).toMatchObject({ classId: 4 });
  });

  it('keeps what is drawn while there is no class until it is named', () => {
    editor.classId = undefined;
    pull([200, 200], [260, 240]);
    expect([gestures.length, nameless]).toEqual([0, 1]);
    expect(editor.nameless).toMatchObject({ x: expect.closeTo(200, 6), width: expect.closeTo(60, 6) });
    editor.name(5);
    expect(gestures).toMatchObject([{ name: 'draw', put: [{ classId: 5, x: expect.closeTo(200, 6) }] }]);
    expect([editor.nameless, editor.classId]).toEqual([undefined, 5]);
  });

  it('drops what was drawn without a class when it is given up, and on another image', () => {
    editor.classId = undefined;
    pull([200, 200], [260, 240]);
    expect(editor.cancel()).toBe(true);
    pull([200, 200], [260, 240]);
    editor.load({ width: 400, height: 300 }, []);
    editor.name(5);
    expect(gestures).toEqual([]);
  });

  it('leaves boxes alone that are hidden, and draws over them', () => {
    editor.select(1);
    editor.hide(true);
    expect(editor.selected).toBeUndefined();
    editor.drag(toScreen(editor.camera.view, { x: 80, y: 65 }));
    expect(editor.hover).toBeUndefined();
    pull([80, 65], [120, 100]);
    expect(gestures.map(({ name }) => name)).toEqual(['draw']);
    expect(editor.hidden).toBe(false);
  });

  it('shows hidden boxes as soon as one is selected', () => {
    editor.hide(true);
    edits.step(editor, 1);
    expect(editor.hidden).toBe(false);
    editor.hide(true);
    editor.select(undefined);
    expect(editor.hidden).toBe(true);
  });

  it('gives up the drag under way when boxes are hidden', () => {
    press(100, 100);
    drag(120, 120);
    editor.hide(true);
    release(120, 120);
    expect(gestures).toEqual([]);
  });

  it('brings a box in sight that a key selects, and leaves the view alone where it is', () => {
    editor.camera.zoom(3, toScreen(editor.camera.view, { x: 380, y: 280 }));
    edits.step(editor, 1);
    const { x, y, width, height } = editor.camera.inSight;
    expect(x <= 50 && y <= 50 && x + width >= 150 && y + height >= 130).toBe(true);
    const { view } = editor.camera;
    edits.step(editor, 1);
    expect(editor.selectedId).toBe(2);
    expect(editor.camera.view).toBe(view);
  });

  it('adds copied boxes as one gesture, cut at the edge of this image', () => {
    editor.add('paste', [box(8, 380, 280, 50, 50), box(9, 10, 10, 5, 5), box(10, 900, 900, 5, 5)]);
    expect(gestures).toHaveLength(1);
    expect(gestures[0]?.put).toMatchObject([{ width: 20, height: 20 }, { x: 10 }]);
    expect(gestures[0]?.put.every(({ id }) => id < 0)).toBe(true);
  });

  it('walks through the boxes and deletes one', () => {
    edits.step(editor, 1);
    edits.step(editor, 1);
    edits.removeSelected(editor);
    expect(gestures).toEqual([{ name: 'delete', put: [], remove: [2] }]);
    expect(editor.boxes.map(({ id }) => id)).toEqual([1]);
  });
});
