// What the windows of a test show when it fails: a fault that comes by chance on another machine has nothing else to be found by.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';

const MOST_LETTERS = 1200;
const folder = join(import.meta.dirname, '../../test-results/failures');
const opened = new Map<Page, readonly string[]>();

/** Pages are watched from their opening until they close. */
export function watchForFailures(page: Page, complaints: readonly string[]): void {
  opened.set(page, complaints);
  page.on('close', () => opened.delete(page));
}

/** What the open windows show, in words and pictures, for the report of the test `name`. */
export async function seenAtFailure(name: string): Promise<string> {
  const seen = [];
  for (const [page, complaints] of opened) seen.push(await lookAt(page, complaints, name));
  return seen.join('\n');
}

async function lookAt(page: Page, complaints: readonly string[], name: string): Promise<string> {
  try {
    mkdirSync(folder, { recursive: true });
    const picture = join(folder, `${name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`);
    await page.screenshot({ path: picture, timeout: 5000 });
    const text = await page.evaluate<string>('document.body.innerText');
    const words = text.replaceAll(/\s+/g, ' ').slice(-MOST_LETTERS);
    return `Seen at ${page.url()}: ${words}\nComplaints: ${complaints.join('; ') || 'none'}\nPicture: ${picture}`;
  } catch (error) {
    return `Nothing could be seen of the window: ${String(error)}`;
  }
}
