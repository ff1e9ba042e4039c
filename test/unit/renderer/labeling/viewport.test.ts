import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { panBy, toImage, toScreen, wholeImage, zoomAt } from '../../../../src/renderer/labeling/viewport.ts';

const side = fc.integer({ min: 1, max: 20_000 });
const size = fc.record({ width: side, height: side });
const area = fc.record({
  width: fc.integer({ min: 200, max: 4000 }),
  height: fc.integer({ min: 200, max: 4000 }),
});
const within = fc.double({ min: 0, max: 1, noNaN: true });

describe('viewport', () => {
  it('shows a whole image inside the canvas', () => {
    fc.assert(
      fc.property(size, area, (image, canvas) => {
        const view = wholeImage(image, canvas);
        const end = toScreen(view, { x: image.width, y: image.height });
        expect(view.x).toBeGreaterThanOrEqual(-1e-6);
        expect(view.y).toBeGreaterThanOrEqual(-1e-6);
        expect(end.x).toBeLessThanOrEqual(canvas.width + 1e-6);
        expect(end.y).toBeLessThanOrEqual(canvas.height + 1e-6);
      }),
    );
  });

  it('shows a whole image below what lies over the top, and in the middle where that is free', () => {
    const canvas = { width: 800, height: 600 };
    const tall = wholeImage({ width: 600, height: 900 }, canvas, 24, 60);
    expect(tall.y).toBe(60);
    expect(toScreen(tall, { x: 0, y: 900 }).y).toBeCloseTo(576, 6);
    expect(wholeImage({ width: 1600, height: 200 }, canvas, 24, 60).y).toBe(
      wholeImage({ width: 1600, height: 200 }, canvas).y,
    );
  });

  it('maps to the image and back', () => {
    fc.assert(
      fc.property(size, area, within, within, (image, canvas, fx, fy) => {
        const view = wholeImage(image, canvas);
        const at = { x: fx * canvas.width, y: fy * canvas.height };
        const back = toScreen(view, toImage(view, at));
        expect(back.x).toBeCloseTo(at.x, 6);
        expect(back.y).toBeCloseTo(at.y, 6);
      }),
    );
  });

  it('keeps what lies under the pointer while zooming in', () => {
    fc.assert(
      fc.property(size, area, within, within, (image, canvas, fx, fy) => {
        const view = wholeImage(image, canvas);
        const at = toScreen(view, { x: fx * image.width, y: fy * image.height });
        const closer = zoomAt(view, at, 1.5, image, canvas);
        const before = toImage(view, at);
        const after = toImage(closer, at);
        // unless the image would leave the canvas
        if (Math.min(image.width, image.height) * view.scale < 100) return;
        expect(after.x).toBeCloseTo(before.x, 4);
        expect(after.y).toBeCloseTo(before.y, 4);
      }),
    );
  });

  it('never loses the image', () => {
    const image = { width: 640, height: 480 };
    const canvas = { width: 1000, height: 700 };
    const far = panBy(wholeImage(image, canvas), 1e6, -1e6, image, canvas);
    expect(far.x).toBeLessThan(canvas.width);
    expect(far.y + image.height * far.scale).toBeGreaterThan(0);
  });
});
