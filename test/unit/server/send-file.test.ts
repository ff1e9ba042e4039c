import { join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageFile } from '../../../src/main/server/send-file.ts';

const folder = join(sep, 'srv', 'page');

describe('pageFile', () => {
  it('finds the page and its parts', () => {
    expect(pageFile(folder, '/')).toEqual({
      file: join(folder, 'index.html'),
      type: 'text/html; charset=utf-8',
    });
    expect(pageFile(folder, '/assets/a.js')?.file).toBe(join(folder, 'assets', 'a.js'));
    expect(pageFile(folder, '/assets/a.exe')).toBeUndefined();
  });

  it('never leaves its folder', () => {
    const part = fc.constantFrom('..', '.', '%2e%2e', '%2f', 'a', '..%2f', 'x.js', '%5c..', '%');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const found = pageFile(folder, `/${parts.join('/')}`);
        if (found) expect(found.file.startsWith(folder + sep)).toBe(true);
      }),
    );
  });
});
