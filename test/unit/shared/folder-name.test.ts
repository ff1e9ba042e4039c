// Folder names made of titles.
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { folderNameOf } from '../../../src/shared/folder-name.ts';
import { temporaryFolder } from '../services/temporary.ts';

it.each([
  ['Crops 2026', 'Crops 2026'],
  ['Zellen für Übung', 'Zellen für Übung'],
  ['a/b: test?', 'a-b- test-'],
  ['../escaped', 'escaped'],
  ['..', 'project'],
  [' .hidden. ', 'hidden'],
  ['C:\\Windows', 'C--Windows'],
  ['con', 'con-'],
  ['Nul.tar', 'Nul-.tar'],
  ['lpt1.', 'lpt1-'],
  ['con .txt', 'con- .txt'],
  ['console', 'console'],
])('%j becomes %j', (title, name) => {
  expect(folderNameOf(title)).toBe(name);
});

it('is one folder in the place it is for, whatever the title', () => {
  const place = temporaryFolder();
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (title) => {
      const name = folderNameOf(title);
      const folder = join(place, name);
      mkdirSync(folder, { recursive: true });
      expect([dirname(folder), basename(folder)]).toEqual([place, name]);
      expect(folderNameOf(name)).toBe(name);
      expect(name).not.toMatch(/[/\\:*?"<>|]|^[. ]|[. ]$/);
    }),
  );
});
