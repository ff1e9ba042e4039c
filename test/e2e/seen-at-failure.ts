// What the windows of a test show when it fails: a fault that comes by chance on another machine has nothing else to be found by.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';

const MOST_LETTERS = 1200;
const folder = join(import.meta.dirname, '../../test-results/failures');
const opened = new Map<Page, Watched>();

interface Watched {
  readonly complaints: readonly string[];
  /** What the program behind the page has written to its standard error. */
  said(): string;
}

/** Pages are watched from their opening until they close. */
export function watchForFailures(page: Page, complaints: readonly string[], said = () => ''): void {
  opened.set(page, { complaints, said });
  page.on('close', () => opened.delete(page));
}

/** What the open windows show, in words and pictures, for the report of the test `name`. */
export async function seenAtFailure(name: string): Promise<string> {
  const seen = [];
  for (const [page, watched] of opened) seen.push(await lookAt(page, watched, name));
  return seen.join('\n');
}

async function lookAt(page: Page, { complaints, said }: Watched, name: string): Promise<string> {
  const program = `The program: ${said().trim().slice(-MOST_LETTERS) || 'said nothing'}`;
  try {
    mkdirSync(folder, { recursive: true });
    const picture = join(folder, `${name.replaceAll(/\W+/g, '-').slice(0, 80)}.png`);
    await page.screenshot({ path: picture, timeout: 5000 });
    const text = await page.evaluate<string>('document.body.innerText');
    const words = text.replaceAll(/\s+/g, ' ').slice(-MOST_LETTERS);
    return `Seen at ${page.url()}: ${words}\nComplaints: ${complaints.join('; ') || 'none'}\n${program}\nPicture: ${picture}`;
  } catch (error) {
    return `Nothing could be seen of the window: ${String(error)}\n${program}`;
  }
}
