// Image files that moved: counted as missing, found again by place, name and content, in one transaction.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withHashes } from '../../../src/main/services/datasets.ts';
import { staged, stagedBox, stagedImage, temporaryFolder, temporaryProject } from './temporary.ts';

const silent = { onProgress: () => undefined };

/** Six files in two folders with equal names, their project, and all of it moved elsewhere. */
async function movedImages() {
  const folder = temporaryFolder();
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const names = ['a/1.jpg', 'a/2.jpg', 'a/3.jpg', 'b/1.jpg', 'b/2.jpg', 'b/3.jpg'];
  for (const part of ['a', 'b']) mkdirSync(join(before, part), { recursive: true });
  for (const name of names) writeFileSync(join(before, name), `bytes of ${name}`);
  const project = temporaryProject();
  const images = names.map((name) => stagedImage(join(before, name), [stagedBox(0)]));
  project.datasets.commit(await withHashes(staged(images)));
  renameSync(before, after);
  const paths = () => project.annotations.images().map((image) => project.imageFile(image));
  return { project, folder, before, after, names, paths };
}

describe('moved image files', () => {
  it('are counted, and found again in one step where the whole folder moved', async () => {
    const { project, after, names, paths } = await movedImages();
    expect(await project.places.missing()).toEqual({ missing: 6, total: 6, first: 'a/1.jpg' });
    expect(await project.places.relocate(after, silent)).toEqual({
      byName: 6,
      byContent: 0,
      different: 0,
      missing: 0,
    });
    expect(paths()).toEqual(names.map((name) => join(after, name)));
    expect(project.info().imageRoot).toBe(after);
    expect(project.annotations.images().map(({ path }) => path)).toEqual(names);
    expect(await project.places.missing()).toMatchObject({ missing: 0, first: null });
  });

  it('are found below a folder further up, under other names, and not taken for others of their name', async () => {
    const { project, folder, after, paths } = await movedImages();
    renameSync(join(after, 'a/1.jpg'), join(after, 'renamed.jpg'));
    writeFileSync(join(after, 'a/2.jpg'), 'another picture');
    rmSync(join(after, 'b/3.jpg'));
    const found = await project.places.relocate(folder, silent);
    expect(found).toEqual({ byName: 3, byContent: 1, different: 1, missing: 2 });
    const now = paths();
    expect(now[0]).toBe(join(after, 'renamed.jpg'));
    expect(now[3]).toBe(join(after, 'b/1.jpg'));
    expect(await project.places.missing()).toMatchObject({ missing: 2 });
  });

  it('that changed their names with each other take their labels along', async () => {
    const { project, after, paths } = await movedImages();
    const content = (name: string) => readFileSync(name, 'utf8');
    const swap = (one: string, other: string) => {
      renameSync(join(after, one), join(after, 'aside'));
      renameSync(join(after, other), join(after, one));
      renameSync(join(after, 'aside'), join(after, other));
    };
    swap('a/1.jpg', 'a/2.jpg');
    swap('b/1.jpg', 'b/2.jpg');
    swap('b/2.jpg', 'b/3.jpg');
    expect(await project.places.relocate(after, silent)).toMatchObject({ missing: 0 });
    expect(paths().map(content)).toEqual(
      ['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'b/3'].map((name) => `bytes of ${name}.jpg`),
    );
  });

  it('that are not found keep the place they had, those taken out too', async () => {
    const { project, before, after, paths } = await movedImages();
    const [first, , , fourth] = project.annotations.images();
    project.annotations.removeImages([fourth!.id], 'test');
    rmSync(join(after, 'a/1.jpg'));
    expect(await project.places.relocate(after, silent)).toMatchObject({ byName: 4, missing: 1 });
    expect(project.imageFile(project.annotations.labels(first!.id).image)).toBe(join(before, 'a/1.jpg'));
    project.journal.undo('test');
    expect(paths()).toContain(join(before, 'b/1.jpg'));
    renameSync(after, before);
    expect(await project.places.relocate(before, silent)).toMatchObject({ byName: 4, missing: 1 });
    expect(paths()).toContain(join(before, 'b/1.jpg'));
  });

  it('are not found in the file of another image with the same content', async () => {
    const { project, folder, before, after, paths } = await movedImages();
    renameSync(after, before);
    const twin = join(folder, 'twin.jpg');
    writeFileSync(twin, 'bytes of a/1.jpg');
    project.datasets.commit(await withHashes(staged([stagedImage(twin, [stagedBox(0)])])));
    rmSync(twin);
    expect(await project.places.relocate(before, silent)).toMatchObject({ byContent: 0, missing: 1 });
    expect(paths().at(-1)).toBe(twin);
  });

  it('do not take the file of another image, which leaves the one without a file missing', async () => {
    const folder = temporaryFolder();
    const [one, copy] = [join(folder, 'one.jpg'), join(folder, 'copy.jpg')];
    for (const file of [one, copy]) writeFileSync(file, 'the same picture');
    const project = temporaryProject();
    project.datasets.commit(await withHashes(staged([stagedImage(one), stagedImage(copy, [stagedBox(0)])])));
    rmSync(one);
    expect(await project.places.relocate(folder, silent)).toMatchObject({ byContent: 0, missing: 1 });
    expect(project.annotations.images().map((image) => project.imageFile(image))).toEqual([one, copy]);
    const free = join(folder, 'other.jpg');
    writeFileSync(free, 'the same picture');
    expect(await project.places.relocate(folder, silent)).toMatchObject({ byContent: 1, missing: 0 });
    expect(project.annotations.images().map((image) => project.imageFile(image))).toEqual([free, copy]);
  });

  it('may get the place of an image that was taken out, which comes back beside them', async () => {
    const folder = temporaryFolder();
    const [out, lost] = [join(folder, 'out.jpg'), join(folder, 'lost.jpg')];
    for (const file of [out, lost]) writeFileSync(file, 'the same picture');
    const project = temporaryProject();
    project.datasets.commit(await withHashes(staged([stagedImage(out), stagedImage(lost)])));
    const files = () => project.annotations.images().map((image) => project.imageFile(image));
    project.bulk.remove([project.annotations.images()[0]!.id], 'test');
    rmSync(lost);
    expect(await project.places.relocate(folder, silent)).toMatchObject({ byContent: 1, missing: 0 });
    expect(project.journal.undo('test')).toMatchObject({ gesture: 'remove-images' });
    expect(files()).toEqual([out, out]);
    expect(project.journal.redo('test')).toBeDefined();
    expect(project.journal.undo('test')).toBeDefined();
    project.setImageRoot(temporaryFolder());
    expect(files()).toEqual([out, out]);
    expect(project.journal.undo('test')).toMatchObject({ gesture: 'import' });
    expect(project.journal.redo('test')).toMatchObject({ gesture: 'import' });
    expect(files()).toEqual([out, out]);
  });

  it('stay as they are where the search is stopped or finds nothing', async () => {
    const { project, folder, after, paths } = await movedImages();
    const before = paths();
    const stopped = { ...silent, signal: AbortSignal.abort() };
    await expect(project.places.relocate(after, stopped)).rejects.toThrow();
    mkdirSync(join(folder, 'nothing'));
    expect(await project.places.relocate(join(folder, 'nothing'), silent)).toMatchObject({ missing: 6 });
    await expect(project.places.relocate(join(folder, 'gone'), silent)).rejects.toThrow('cannot be read');
    expect(paths()).toEqual(before);
  });
});
