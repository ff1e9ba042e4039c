// What a verb may write to, looked at before its work: never what it reads, and nothing that turns out unwritable at the end.
import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { asDiskProblem } from '../../shared/disk-problem.ts';
import { Problem } from '../../shared/problem.ts';

/** Throws a Problem where `option` names a file that cannot be written, or one of `inputs` by whatever path. */
export function checkFileTarget(option: string, file: string, inputs: readonly string[]): void {
  const input = inputs.find((path) => isSameFile(path, file));
  if (input !== undefined) throw overwrites(option, file, input);
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new Problem(`${file} is a folder, where ${option} wants a file.`, 'Name a file.');
  // a pipe would take the try for the end of what it is sent
  if (found?.isFile() === false) return;
  const isNew = lstatSync(file, { throwIfNoEntry: false }) === undefined;
  try {
    closeSync(openSync(file, 'a'));
    if (isNew) rmSync(file);
  } catch (error) {
    throw asDiskProblem(error, file);
  }
}

/** Makes the folder that `option` names. Throws a Problem where nothing can be written there. */
export function checkFolderTarget(option: string, folder: string): void {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new Problem(`${folder} is not a folder, so ${option} cannot write there.`, 'Name a folder.');
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, '.ddod-')));
  } catch (error) {
    throw asDiskProblem(error, folder);
  }
}

/**
 * A picture in `folder` for each image, none with another's name. Throws a Problem where one would overwrite an image, or a
 * file that lies beside one: what lies there may be the user's own.
 */
export function picturesIn(option: string, folder: string, images: readonly string[]): string[] {
  const names = distinctNames(images);
  const isBeside = images.some((image) => isSameFile(dirname(image), folder));
  return names.map((name) => {
    const picture = resolve(folder, name);
    const input = images.find((image) => isSameFile(image, picture));
    if (input !== undefined) throw overwrites(option, picture, input);
    if (isBeside && existsSync(picture))
      throw new Problem(`${option} would overwrite ${picture}, beside the images.`, 'Choose another folder.');
    return picture;
  });
}

/** `a.png` for the first image called `a`, whatever its extension, `a-2.png` for the second; case makes no difference. */
function distinctNames(images: readonly string[]): string[] {
  const taken = new Set<string>();
  return images.map((image) => {
    const stem = basename(image, extname(image));
    let name = `${stem}.png`;
    for (let nth = 2; taken.has(name.toLowerCase()); nth += 1) name = `${stem}-${nth}.png`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function overwrites(option: string, target: string, input: string): Problem {
  const which = resolve(target) === resolve(input) ? target : `${input} by the name ${target}`;
  return new Problem(`${option} would overwrite ${which}, which is read.`, 'Choose another place.');
}

/** By whatever path, link or spelling. */
function isSameFile(a: string, b: string): boolean {
  const [left, right] = [a, b].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
  return left !== undefined && right !== undefined && left.dev === right.dev && left.ino === right.ino;
}
