// Where predict may write: never over what it reads, two pictures never in one file, and known before the work.
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFileTarget, picturesIn } from '../../../src/main/cli/targets.ts';
import { inProcess } from './command-line.ts';

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ddod-targets-'));
  mkdirSync(at('photos'));
  writeFileSync(at('photos', 'a.png'), 'mine');
  writeFileSync(at('photos', 'b.jpg'), 'mine too');
  writeFileSync(at('model.pth'), 'weights');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Predicts on the photos with a model that cannot be read: what is refused before the work never gets to it. */
const predict = (...more: string[]) =>
  inProcess('predict', '--model', at('model.pth'), at('photos'), ...more);

describe('predict refuses before the work', () => {
  it('pictures over the images, by whatever path, and over what lies beside them', async () => {
    symlinkSync(at('photos'), at('link'));
    for (const dir of [at('photos'), at('link'), join(at('photos'), '..', 'photos')]) {
      const { code, stderr } = await predict('--overlay', dir);
      expect(stderr).toMatch(/--overlay would overwrite .*a\.png.*Choose another place\.\n$/);
      expect(code).toBe(1);
    }
    writeFileSync(at('photos', 'b.png'), 'a mask');
    const { stderr } = await inProcess(
      ...['predict', '--model', at('model.pth'), at('photos', 'b.jpg'), '--overlay', at('photos')],
    );
    expect(stderr).toMatch(/--overlay would overwrite .*b\.png, beside the images/);
    expect(readFileSync(at('photos', 'a.png'), 'utf8')).toBe('mine');
  });

  it('results over an image, a link to it, the model, or one of its own pictures', async () => {
    linkSync(at('photos', 'b.jpg'), at('hard.json'));
    for (const out of [at('photos', 'b.jpg'), at('hard.json'), at('model.pth')])
      expect((await predict('--out', out)).stderr, out).toMatch(/--out would overwrite .*, which is read/);
    const both = await predict('--overlay', at('seen'), '--out', at('seen', 'a.png'));
    expect(both.stderr).toMatch(/--out and --overlay would both write/);
    expect(readFileSync(at('photos', 'b.jpg'), 'utf8')).toBe('mine too');
  });

  it.each<[RegExp, string[]]>([
    [/x\.json is not there\. Check that it and its folder exist/, ['--out', 'missing/x.json']],
    [/is a folder, where --out wants a file/, ['--out', 'photos']],
    [/A part of the path .* is a file/, ['--out', 'model.pth/x.json']],
    [/model\.pth is not a folder/, ['--overlay', 'model.pth']],
    [/A part of the path .* is a file/, ['--overlay', 'model.pth/seen']],
    [/is longer than the disk allows/, ['--out', 'x'.repeat(300)]],
  ])('a place that cannot be written: %s', async (sentence, [option = '', path = '']) => {
    const { code, stderr, stdout } = await predict(option, at(path));
    expect(stderr).toMatch(sentence);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it.skipIf(process.getuid?.() === 0)('a folder that is for reading', async () => {
    mkdirSync(at('still'), { mode: 0o555 });
    expect((await predict('--out', at('still', 'x.json'))).stderr).toMatch(/may not be read or written/);
    expect((await predict('--overlay', at('still'))).stderr).toMatch(/may not be read or written/);
  });
});

describe('a target', () => {
  it('that is fine is left as it was', () => {
    checkFileTarget('--out', at('new.json'), []);
    expect(existsSync(at('new.json'))).toBe(false);
    checkFileTarget('--out', at('model.pth'), []);
    expect(readFileSync(at('model.pth'), 'utf8')).toBe('weights');
    checkFileTarget('--out', '/dev/null', []);
    expect(readdirSync(folder).sort()).toEqual(['model.pth', 'photos']);
  });

  it('is never shared by two images, whatever they are called', () => {
    const name = fc.constantFrom(
      'a.jpg',
      'A.jpg',
      'a.png',
      'a-2.jpg',
      'a-2.png',
      'b.jpg',
      'a',
      '.a',
      'a.b.jpg',
    );
    const image = fc
      .tuple(fc.constantFrom('one', 'two', 'three'), name)
      .map(([dir, file]) => join('/', dir, file));
    fc.assert(
      fc.property(fc.array(image, { maxLength: 12 }), (images) => {
        const pictures = picturesIn('--overlay', at('seen'), images);
        expect(new Set(pictures.map((path) => path.toLowerCase())).size).toBe(images.length);
        for (const path of pictures) expect(basename(path)).toMatch(/^.+\.png$/);
      }),
    );
    expect(
      picturesIn('--overlay', at('seen'), ['/one/x.jpg', '/two/x.jpg']).map((path) => basename(path)),
    ).toEqual(['x.png', 'x-2.png']);
  });
});
