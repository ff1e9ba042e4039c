// Lists of a JSON file, read in pieces of any size, are what the whole file says.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLists } from '../../../src/main/formats/json-lists.ts';
import { newFolder } from './sample-folder.ts';

const file = join(newFolder(), 'a.json');
const keys = ['images', 'annotations', ''];
const element = fc.jsonValue({ maxDepth: 3, noUnicodeString: false });
const record = fc.dictionary(
  fc.constantFrom('images', 'annotations', 'in"fo\\', 'x'),
  fc.oneof(element, fc.array(element)),
);

test('whatever they hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(record, fc.array(element)),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 1),
      async (value, pieceBytes, space) => {
        writeFileSync(file, `\uFEFF${JSON.stringify(value, null, space)}\n`);
        const whole = JSON.parse(JSON.stringify(value));
        const lists = Array.isArray(whole)
          ? [['', whole]]
          : Object.entries(whole).filter(([key, list]) => keys.includes(key) && Array.isArray(list));
        expect(Object.fromEntries(await readLists(file, keys, pieceBytes))).toEqual(
          Object.fromEntries(lists),
        );
      },
    ),
  );
});

test.each([
  '',
  'hello',
  '{"images": [',
  '{"images": [{"a": }]}',
  '{"images": [1]',
  '[1, 2',
  '{"images": ["a]}',
])('%s is not valid JSON', async (text) => {
  writeFileSync(file, text);
  await expect(readLists(file, keys)).rejects.toThrow('not valid JSON');
});

test('two bytes a character, and a file that is not there', async () => {
  writeFileSync(file, Buffer.from('\uFEFF{"images": [{"a": "\u00e9"}]}', 'utf16le'));
  expect(await readLists(file, keys)).toEqual(new Map([['images', [{ a: '\u00e9' }]]]));
  await expect(readLists(join(file, 'none'), keys)).rejects.toThrow('cannot be read');
});
