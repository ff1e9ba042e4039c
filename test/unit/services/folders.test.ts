// What a path field completes: folders, and label files where those are meant.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listFolders } from '../../../src/main/services/folders.ts';
import { temporaryFolder } from './temporary.ts';

it('lists folders, and label files where they are asked for; hidden ones never', () => {
  const folder = temporaryFolder();
  for (const name of ['b', 'a', '.git', 'set.json']) mkdirSync(join(folder, name));
  for (const name of ['labels.JSON', 'data.yaml', 'a.jpg', '.hidden.json'])
    writeFileSync(join(folder, name), '');
  const folders = ['a', 'b', 'set.json'];
  expect(listFolders(folder)).toMatchObject({ path: folder, folders, files: [], isProject: false });
  expect(listFolders(folder, true)).toMatchObject({ folders, files: ['data.yaml', 'labels.JSON'] });
  expect(() => listFolders(join(folder, 'none'))).toThrow('cannot be read');
});
