import { beforeEach, describe, expect, it } from 'vitest';
import { Editor } from '../../../../src/renderer/labeling/editor.ts';
import type { EditorGesture } from '../../../../src/renderer/labeling/gesture.ts';
import { Touches } from '../../../../src/renderer/labeling/touches.ts';
import { toImage } from '../../../../src/renderer/labeling/viewport.ts';

describe('fingers and pens', () => {
  let gestures: EditorGesture[];
  let editor: Editor;
  let touches: Touches;

  beforeEach(() => {
    gestures = [];
    editor = new Editor({ onGesture: (gesture) => gestures.push(gesture), onChange: () => undefined });
    editor.camera.resize({ width: 800, height: 600 });
    editor.load({ width: 400, height: 300 }, []);
    editor.classId = 1;
    touches = new Touches(editor);
  });

  const event = (pointerId: number, x: number, y: number, pointerType = 'touch') => ({
    pointerId,
    pointerType,
    x,
    y,
    button: 0,
    shiftKey: false,
  });

  it('draws with one finger', () => {
    touches.down(event(1, 200, 200));
    touches.move(event(1, 300, 300));
    touches.up(event(1, 300, 300));
    expect(gestures.map(({ name }) => name)).toEqual(['draw']);
    expect(editor.pointer).toBeUndefined();
  });

  it('pans and zooms with two fingers, around what lies between them, and draws nothing', () => {
    touches.down(event(1, 300, 300));
    touches.move(event(1, 310, 300));
    touches.down(event(2, 500, 300));
    const before = editor.camera.view;
    const between = toImage(before, { x: 405, y: 300 });
    touches.move(event(1, 215, 300));
    touches.move(event(2, 595, 300));
    const after = editor.camera.view;
    expect(after.scale / before.scale).toBeCloseTo(2, 1);
    const now = toImage(after, { x: 405, y: 300 });
    expect(now.x).toBeCloseTo(between.x, 6);
    expect(now.y).toBeCloseTo(between.y, 6);
    touches.up(event(1, 215, 300));
    touches.move(event(2, 100, 100));
    touches.up(event(2, 100, 100));
    expect(editor.camera.view).toEqual(after);
    expect(gestures).toEqual([]);
  });

  it('draws with one finger again after two were lifted', () => {
    touches.down(event(1, 300, 300));
    touches.down(event(2, 500, 300));
    touches.up(event(2, 500, 300));
    touches.up(event(1, 300, 300));
    touches.down(event(3, 200, 200));
    touches.move(event(3, 300, 300));
    touches.up(event(3, 300, 300));
    expect(gestures).toHaveLength(1);
  });

  it('ignores the hand that rests beside a pen', () => {
    touches.down(event(7, 200, 200, 'pen'));
    touches.down(event(1, 500, 500));
    touches.move(event(7, 300, 300, 'pen'));
    touches.up(event(1, 500, 500));
    touches.up(event(7, 300, 300, 'pen'));
    expect(gestures.map(({ name }) => name)).toEqual(['draw']);
    expect(gestures[0]?.put[0]?.width).toBeGreaterThan(20);
  });

  it('keeps the stroke of a pen whatever becomes of the hand, before and beside it', () => {
    touches.down(event(2, 600, 500));
    touches.down(event(7, 200, 200, 'pen'));
    touches.move(event(7, 300, 300, 'pen'));
    touches.move(event(2, 605, 505));
    touches.up(event(2, 605, 505));
    touches.down(event(3, 500, 500));
    touches.cancel(event(3, 500, 500));
    touches.move(event(7, 400, 400, 'pen'));
    touches.up(event(7, 400, 400, 'pen'));
    expect(gestures.map(({ name }) => name)).toEqual(['draw']);
    const from = toImage(editor.camera.view, { x: 200, y: 200 });
    const to = toImage(editor.camera.view, { x: 400, y: 400 });
    const [box] = gestures[0]?.put ?? [];
    expect([box?.x, box?.y]).toEqual([expect.closeTo(from.x, 6), expect.closeTo(from.y, 6)]);
    expect([box?.width, box?.height]).toEqual([
      expect.closeTo(to.x - from.x, 6),
      expect.closeTo(to.y - from.y, 6),
    ]);
  });

  it('gives up a stroke that the system takes away', () => {
    touches.down(event(1, 200, 200));
    touches.move(event(1, 300, 300));
    touches.cancel(event(1, 300, 300));
    touches.up(event(1, 300, 300));
    expect(gestures).toEqual([]);
  });
});
