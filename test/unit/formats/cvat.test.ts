// CVAT files as CVAT writes them.
import { describe, expect, test } from 'vitest';
import { stageImport } from '../../../src/main/formats/stage.ts';
import { cornersOf as corners, folderOf } from './sample-folder.ts';

const auto = { format: 'auto' };

describe('CVAT', () => {
  const meta = (...labels: string[]) =>
    `<meta><task><labels>${labels.map((name) => `<label><name>${name}</name></label>`).join('')}</labels></task></meta>`;
  const file = (content: string) =>
    `<?xml version="1.0"?>\r\n<annotations><version>1.1</version>${content}</annotations>`;
  const box = (label: string, at: string, more = '', inner = '') =>
    `<box label="${label}" ${at} occluded="0" ${more}>${inner}</box>`;
  const at = (x1: number, y1: number, x2: number, y2: number) =>
    `xtl="${x1}" ytl="${y1}" xbr="${x2}" ybr="${y2}"`;

  test('images: classes of the task, subsets, attributes, other shapes', async () => {
    const dir = await folderOf(['images/a.jpg', 'images/a.png', 'images/b.jpg'], {
      'annotations.xml': file(
        `${meta('dog', 'cat &amp; co')}<image id="0" name="a.jpg" width="40" height="30" subset="Train">${box(
          'cat &amp; co',
          at(1.5, 2, 10.25, 20),
          'z_order="3" source="manual"',
          '<attribute name="colour">red</attribute>',
        )}<polygon label="dog" points="1,2;5.5,9;3,1" occluded="1"/><points label="dog" points="1,1"/></image>
        <image id="1" name="a.png" width="40" height="30" subset="Validation"/>
        <image id="2" name="../../x/b.jpg" width="40" height="30"/>
        <image id="3" name="../../etc/passwd.jpg" width="40" height="30"/>`,
      ),
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset).toMatchObject({ format: 'cvat', classes: [{ name: 'dog' }, { name: 'cat & co' }] });
    expect(dataset.images.map(({ path, split }) => [path.slice(-5), split])).toEqual([
      ['a.jpg', 'train'],
      ['a.png', 'val'],
      ['b.jpg', undefined],
    ]);
    expect(corners(dataset.images[0]?.boxes)).toEqual([
      [1.5, 2, 10.25, 20],
      [1, 1, 5.5, 9],
    ]);
    expect(dataset.images[0]?.boxes[0]?.extra).toEqual({ z_order: '3', attributes: { colour: 'red' } });
    expect(dataset.images[0]?.boxes[1]).toMatchObject({ classIndex: 0, occluded: true });
    expect(report.warnings).toContainEqual(expect.stringContaining('kind points'));
    expect(report.skipped).toEqual([
      { file: '../../etc/passwd.jpg', reason: 'no image is called etc/passwd.jpg' },
    ]);
  });

  test('characters by their number are read; names and depths that no labels have are skipped', async () => {
    const image = (name: string, label: string) =>
      `<image name="${name}" width="40" height="30">${box(label, at(1, 2, 9, 9))}</image>`;
    const dir = await folderOf(['a.jpg', 'b.jpg'], {
      'a.xml': file(image('a.jpg', '&#39;it&#x27;s&quot;')),
      'b.xml': file(`${image('b.jpg', 'cat')}<constructor/>`),
      'c.xml': file(`${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}`),
    });
    const { dataset } = await stageImport(dir, auto);
    expect(dataset.classes).toEqual([{ name: `'it's"` }]);
    expect(dataset.skipped.map(({ file: name, reason }) => [name.slice(-5), reason])).toEqual(
      ['b.xml', 'c.xml'].map((name) => [name, 'the file has names or depths that no labels have']),
    );
  });

  test('images are told apart whatever stands in their names, and in a file with comments', async () => {
    const image = (name: string, content: string) =>
      `<image name="${name}" width="40" height="30"${content === '' ? '/>' : `>${content}</image>`}`;
    const cat = box('cat > </image>'.replaceAll('<', '&lt;'), at(1, 2, 9, 9));
    const images = [image('a.jpg', cat), image('b.jpg', ''), image('c.jpg', cat)].join('\n');
    for (const more of ['', '<!-- </image> -->']) {
      const dir = await folderOf(['a.jpg', 'b.jpg', 'c.jpg'], {
        'a.xml': file(`${meta('dog')}${images}${more}`),
      });
      const { dataset } = await stageImport(dir, auto);
      expect(dataset.images.map(({ boxes }) => boxes.length)).toEqual([1, 0, 1]);
      expect(dataset.classes.map(({ name }) => name)).toEqual(['dog', 'cat > </image>']);
    }
    const cut = await folderOf(['a.jpg'], { 'a.xml': file(images).slice(0, -40), 'b.xml': file(images) });
    expect((await stageImport(cut, auto)).dataset.skipped).toContainEqual({
      file: `${cut}/a.xml`,
      reason: expect.stringContaining('not valid XML'),
    });
  });

  test('a rotated box gives the upright box around it, with a warning', async () => {
    const dir = await folderOf(['a.jpg'], {
      'a.xml': file(
        `<image name="a.jpg" width="40" height="30">${box('cat', at(10, 10, 30, 20), 'rotation="90"')}</image>`,
      ),
    });
    const { dataset, report } = await stageImport(dir, auto);
    const [x1, y1, x2, y2] = corners(dataset.images[0]?.boxes)[0]!;
    expect([x1, y1, x2, y2].map((value) => Math.round(value! * 1e9) / 1e9)).toEqual([15, 5, 25, 25]);
    expect(report.warnings).toContainEqual(expect.stringContaining('rotated'));
  });

  test('tracks: outside boxes are left out, frames between keyframes interpolated', async () => {
    const frames = [0, 1, 2, 3, 4, 5].map((number) => `images/frame_00000${number}.PNG`);
    const tracked = (frame: number, outside: number, x: number) =>
      box('car', at(x, 0, x + 4, 4), `frame="${frame}" keyframe="1" outside="${outside}"`);
    const dir = await folderOf(frames, {
      'annotations.xml': file(
        `${meta('car')}<track id="7" label="car">${tracked(0, 0, 0)}${tracked(4, 0, 8)}${tracked(5, 1, 8)}${tracked(9, 0, 8)}</track>`,
      ),
    });
    const { dataset, report } = await stageImport(dir, auto);
    expect(dataset.images.map(({ boxes }) => corners(boxes)[0]?.[0])).toEqual([0, 2, 4, 6, 8]);
    expect(dataset.images[1]?.boxes[0]?.trackId).toBe('7');
    expect(report.warnings).toContainEqual(expect.stringContaining('1 frame with boxes has no image'));
  });

  test('entities of its own and broken XML are named', async () => {
    const dir = await folderOf(['a.jpg'], {
      'a.xml': `<!DOCTYPE x [<!ENTITY a "b">]>${file('')}`,
      'b.xml': file('<image'),
    });
    await expect(stageImport(dir, { format: 'cvat' })).rejects.toMatchObject({
      message: expect.stringContaining('entities'),
    });
  });
});
