// A hand on the canvas of the Label view: drags by fractions of it, and the number of boxes that the panel tells.
import type { Page } from 'playwright';

export type Place = readonly [x: number, y: number];

export function canvasOf(page: Page) {
  return page.locator('canvas[aria-label^="Image"]');
}

/** Drags over a part of the canvas, given in fractions of it. */
export async function dragOver(page: Page, from: Place, to: Place): Promise<void> {
  await pressAt(page, from, to);
  await page.mouse.up();
}

/** As `dragOver`, and holds the button down at the end. */
export async function pressAt(page: Page, from: Place, to: Place): Promise<void> {
  const area = await canvasOf(page).boundingBox();
  if (!area) throw new Error('no canvas');
  const at = ([x, y]: Place) => [area.x + x * area.width, area.y + y * area.height] as const;
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await page.mouse.move(...at(to));
}

export async function boxCount(page: Page): Promise<number> {
  const heading = page.getByRole('heading', { name: /^Boxes/ });
  return Number(await heading.locator('span').textContent());
}
