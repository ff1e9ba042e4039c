import { describe, expect, it } from 'vitest';
import { Camera } from '../../../../src/renderer/labeling/camera.ts';
import { toScreen } from '../../../../src/renderer/labeling/viewport.ts';

const part = { x: 1000, y: 800, width: 40, height: 20 };

function camera(): Camera {
  const made = new Camera(() => undefined);
  made.resize({ width: 800, height: 600 });
  made.show({ width: 2000, height: 1500 });
  return made;
}

/** Where the middle of the part is on the screen. */
function middle({ view }: Camera) {
  const { x, y } = toScreen(view, { x: 1020, y: 810 });
  return [Math.round(x), Math.round(y)];
}

describe('a look at a part of an image', () => {
  it('comes near enough to see it, in the middle', () => {
    const one = camera();
    one.lookAt(part);
    expect(middle(one)).toEqual([400, 300]);
    expect(one.view.scale).toBeCloseTo(5, 6);
  });

  it('is brought to the middle too where the view is nearer already', () => {
    const one = camera();
    one.zoom(100, toScreen(one.view, { x: 100, y: 100 }));
    const { scale } = one.view;
    one.lookAt(part);
    expect(one.view.scale).toBe(scale);
    expect(middle(one)).toEqual([400, 300]);
  });
});

describe('a part that is to be seen', () => {
  it('moves the view only where it is out of sight', () => {
    const one = camera();
    const { view } = one;
    one.reveal(part, true);
    expect(one.view).toBe(view);
    one.zoom(10, toScreen(one.view, { x: 100, y: 100 }));
    one.reveal(part, true);
    expect(middle(one)).toEqual([400, 300]);
  });

  it('is enough in part where it need not be whole, or is larger than the screen', () => {
    const one = camera();
    one.lookAt(part);
    one.pan(395, 0);
    const { view } = one;
    one.reveal(part, false);
    expect(one.view).toBe(view);
    one.reveal({ x: 0, y: 0, width: 2000, height: 1500 }, true);
    expect(one.view).toBe(view);
    one.reveal(part, true);
    expect(middle(one)).toEqual([400, 300]);
  });
});
