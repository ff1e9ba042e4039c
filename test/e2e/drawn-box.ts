// A box on an image that is open in the Label view: drawn, moved by key and by hand, resized, taken back and done again, and
// given another class by its key. After each the project holds what was done.
import type { Page } from 'playwright';
import { expect } from 'vitest';
import { boxCount, canvasOf, dragOver, type Place } from './canvas-hands.ts';
import type { BoxOnDisk, Corners } from './labels-on-disk.ts';

/** Where the image has no box yet, in fractions of the canvas. */
const drawnAt = { from: [0.66, 0.35], to: [0.74, 0.45] } as const;

class DrawnBox {
  readonly #page: Page;
  readonly #stored: () => readonly BoxOnDisk[];
  readonly #before: ReadonlySet<string>;

  constructor(page: Page, stored: () => readonly BoxOnDisk[]) {
    this.#page = page;
    this.#stored = stored;
    this.#before = new Set(stored().map((box) => JSON.stringify(box)));
  }

  press(key: string) {
    return this.#page.keyboard.press(key);
  }

  /** What the panel says of it. */
  row() {
    const boxes = this.#page.getByRole('region', { name: /^Boxes/ });
    return boxes.getByRole('button', { pressed: true }).textContent();
  }

  /** Waits until it alone is new in the project, like this, and gives its corners. */
  async is(label: string, corners: unknown): Promise<Corners> {
    const found = () => this.#stored().filter((box) => !this.#before.has(JSON.stringify(box)));
    await expect.poll(found, { interval: 100, timeout: 5000 }).toEqual([{ label, corners }]);
    await this.#page.getByText('Saved', { exact: true }).waitFor();
    const [box] = found();
    if (!box) throw new Error('The box that was drawn is gone.');
    return box.corners;
  }

  async draw(label: string): Promise<Corners> {
    const count = await boxCount(this.#page);
    expect(count).toBe(this.#before.size);
    await canvasOf(this.#page).waitFor();
    await this.press('w');
    await dragOver(this.#page, drawnAt.from, drawnAt.to);
    await expect.poll(() => boxCount(this.#page)).toBe(count + 1);
    await this.press('v');
    return await this.is(label, expect.any(Array));
  }
}

/** `stored` reads the boxes of the image from the project; the first of its classes is WBC, the third Platelets. */
export async function changeADrawnBox(page: Page, stored: () => readonly BoxOnDisk[]): Promise<void> {
  const box = new DrawnBox(page, stored);
  const drawn = await box.draw('WBC');
  const first = await box.row();
  const drag = ([x, y]: Place, dx: number, dy: number) =>
    dragOver(page, onCanvas(drawn, [x, y]), onCanvas(drawn, [x + dx, y + dy]));

  await box.press('Shift+ArrowRight');
  const nudged = await box.is('WBC', about(drawn, [10, 0, 10, 0]));
  await drag([(nudged[0] + nudged[2]) / 2, (nudged[1] + nudged[3]) / 2], 20, 12);
  const moved = await box.is('WBC', about(nudged, [20, 12, 20, 12]));
  expect(await box.row()).toBe(first);

  await drag([moved[2], moved[3]], 15, 25);
  const grown = await box.is('WBC', about(moved, [0, 0, 15, 25]));
  const larger = await box.row();
  expect(larger).not.toBe(first);

  await box.press('Control+z');
  await box.is('WBC', moved);
  await expect.poll(() => box.row()).toBe(first);
  await box.press('Control+Shift+z');
  await box.is('WBC', grown);
  await expect.poll(() => box.row()).toBe(larger);
  await box.press('3');
  await box.is('Platelets', grown);
}

/** The place of a pixel of the image, from where the box that was drawn came to lie. */
function onCanvas([left, top, right, bottom]: Corners, [x, y]: Place): Place {
  const [x1, y1] = drawnAt.from;
  const [x2, y2] = drawnAt.to;
  return [x1 + ((x - left) / (right - left)) * (x2 - x1), y1 + ((y - top) / (bottom - top)) * (y2 - y1)];
}

/** Corners that much further, within the few pixels of a hand. */
function about(corners: Corners, further: Corners) {
  return corners.map((at, i) => expect.closeTo(at + (further[i] ?? 0), -1));
}
