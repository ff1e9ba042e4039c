// The whole way of labels through any door, step by step, on real blood cells: imported, looked for, drawn on, marked done, found
// again after a reload and a new start, exported, and the exports imported into projects of their own with the same boxes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bccdDir } from '../unit/formats/sample-folder.ts';
import { boxCount } from './canvas-hands.ts';
import { changeADrawnBox } from './drawn-box.ts';
import { labelsOnDisk } from './labels-on-disk.ts';

export interface OpenProgram {
  readonly page: Page;
  /** Errors that the page wrote to its console. */
  readonly complaints: readonly string[];
  /** What a program with a process of its own has written to its standard error. */
  said?(): string;
  close(): Promise<void>;
}

/** A way into the window. */
export interface Door {
  /** Starts the program on what `folder` keeps from one start to the next; its projects lie in `projects` there. */
  open(folder: string): Promise<OpenProgram>;
  /** Fills the field of this label with a folder, the way people do here. */
  nameFolder(page: Page, label: string, folder: string): Promise<void>;
}

const A_WHILE = 60_000;
const IMAGE = 'BloodImage_00007.jpg';
const formats = [
  { name: 'COCO', as: 'coco' },
  { name: 'YOLO', as: 'yolo' },
  { name: 'Pascal VOC', as: 'voc' },
];

/** False, after a line that says why, where the data set is missing. */
export function hasBloodCells(): boolean {
  const isThere = existsSync(join(bccdDir, 'Annotations'));
  if (!isThere) console.info(`skipped: no blood-cell data set at ${bccdDir} (set BCCD_DIR)`);
  return isThere;
}

class RoundTrip {
  readonly #door: Door;
  readonly #opened: OpenProgram[] = [];
  #folder = '';
  #program: OpenProgram | undefined;
  /** What the panel says of the boxes once they are done. */
  #rows: readonly string[] = [];

  constructor(door: Door) {
    this.#door = door;
  }

  get page(): Page {
    if (!this.#program) throw new Error('The program is not open.');
    return this.#program.page;
  }

  get complaints() {
    return this.#opened.flatMap(({ complaints }) => complaints);
  }

  get said() {
    return this.#opened.map((program) => program.said?.() ?? '').join('');
  }

  async begin() {
    this.#folder = mkdtempSync(join(tmpdir(), 'ddod-round-'));
    await this.enter();
  }

  async enter() {
    this.#program = await this.#door.open(this.#folder);
    this.#opened.push(this.#program);
    this.page.setDefaultTimeout(15_000);
  }

  async leave() {
    await this.#program?.close();
    this.#program = undefined;
  }

  async end() {
    await this.leave();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  labelsOf(name: string) {
    return labelsOnDisk(join(this.#folder, 'projects', name));
  }

  state(name: string) {
    return this.page.locator('footer').getByRole('img', { name, exact: true }).waitFor();
  }

  boxes() {
    return this.page.getByRole('region', { name: /^Boxes/ }).getByRole('listitem');
  }

  async newProject(name: string) {
    await this.page.getByTitle('All projects').click();
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByRole('button', { name: 'Create' }).click();
    await this.page.getByText('This project has no images yet').waitFor();
  }

  async takeIn(folder: string) {
    await this.page.getByRole('button', { name: 'Import images …' }).click();
    await this.#door.nameFolder(this.page, 'Folder, or a label file', folder);
    await this.page.getByRole('button', { name: 'Look at it' }).click();
    await this.page.getByText(/364 images, \d+ boxes/).waitFor({ timeout: A_WHILE });
    await this.page.getByRole('button', { name: 'Import', exact: true }).click();
    await this.page.getByText('364 of 364', { exact: true }).waitFor({ timeout: A_WHILE });
  }

  async openBlood() {
    await this.page
      .getByRole('button', { name: /^Blood/ })
      .first()
      .click();
    await this.page.getByText('364 of 364', { exact: true }).waitFor();
  }

  async import() {
    await this.page.getByText('60 of 60', { exact: true }).waitFor({ timeout: A_WHILE });
    await this.newProject('Blood');
    await this.takeIn(bccdDir);
  }

  async find() {
    await this.page.getByLabel('Split').selectOption('test');
    await this.page.getByText('72 of 364', { exact: true }).waitFor();
    await this.page.getByRole('searchbox').fill('0000');
    await this.page.getByText(/^[1-9] of 364$/).waitFor();
  }

  /** What comes with labels comes as done. */
  async markInProgress() {
    await this.page.getByLabel(`Select ${IMAGE}`).click();
    const bar = this.page.getByRole('toolbar', { name: 'Selected images' });
    await bar.getByRole('button', { name: 'in progress' }).click();
    await this.page.getByText('1 image is in progress now.').waitFor();
    await bar.getByRole('button', { name: /^Deselect/ }).click();
  }

  image() {
    return this.page.getByRole('button', { name: new RegExp(`^Label .*${IMAGE}`) });
  }

  async change() {
    await this.image().click();
    await this.state('in progress');
    await expect.poll(() => boxCount(this.page)).toBeGreaterThan(5);
    await changeADrawnBox(this.page, () => this.labelsOf('Blood').get(IMAGE) ?? []);
  }

  async finish() {
    await this.page.keyboard.press('Enter');
    await this.state('done');
    this.#rows = await this.boxes().allTextContents();
    expect(this.#rows).toHaveLength(await boxCount(this.page));
  }

  async seeEverything() {
    await this.page.getByRole('button', { name: 'Images', exact: true }).click();
    await this.page.getByText('364 of 364', { exact: true }).waitFor();
    expect([...this.labelsOf('Blood').values()].flat()).toHaveLength(4887);
    await this.page.getByRole('searchbox').fill(IMAGE);
    await this.image().click();
    await expect.poll(() => this.boxes().allTextContents()).toEqual(this.#rows);
    await this.state('done');
    await this.page.getByRole('button', { name: 'Images', exact: true }).click();
    await this.page.getByRole('searchbox').fill('');
    await this.page.getByText('364 of 364', { exact: true }).waitFor();
  }

  async startAgain() {
    await this.leave();
    await this.enter();
    await this.page.getByRole('heading', { name: 'Recent projects' }).waitFor({ timeout: A_WHILE });
    await this.openBlood();
  }

  async export(name: string, as: string) {
    await this.page.getByTitle('All projects').click();
    await this.openBlood();
    await this.page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByRole('radio', { name: new RegExp(name) }).check();
    await dialog.getByText(/364 images with 4887 boxes/).waitFor();
    await dialog.getByLabel('put a copy of the images beside').check();
    const folder = join(this.#folder, 'exported', as);
    await this.#door.nameFolder(this.page, 'New folder', folder);
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog
      .getByText('Read back: all 4887 boxes are there with their class, each the same number for number.')
      .waitFor({ timeout: A_WHILE });
    await dialog.getByText(folder, { exact: true }).waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    return folder;
  }

  async exportAndImport(name: string, as: string) {
    const folder = await this.export(name, as);
    await this.newProject(as);
    await this.takeIn(folder);
    expect(this.labelsOf(as)).toEqual(this.labelsOf('Blood'));
  }

  async stopAnExport() {
    await this.page.getByRole('button', { name: 'Export labels …' }).click();
    const dialog = this.page.getByRole('dialog');
    await dialog.getByLabel('put a copy of the images beside').check();
    const folder = join(this.#folder, 'stopped');
    await dialog.getByLabel('New folder').fill(folder);
    await dialog.getByRole('radio', { name: /Pascal VOC/ }).check();
    await dialog.getByText(/364 images with/).waitFor();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByText(/^writing: /).waitFor();
    await dialog.getByRole('button', { name: 'Stop, keep nothing' }).click();
    await dialog.getByRole('button', { name: 'Export', exact: true }).waitFor();
    await expect.poll(() => existsSync(folder)).toBe(false);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  }
}

/** The steps as tests of the suite around; each needs the one before. */
export function goesThereAndBack(door: Door): void {
  const trip = new RoundTrip(door);
  beforeAll(() => trip.begin());
  afterAll(() => trip.end());

  it('imports a Pascal VOC folder after its report', () => trip.import());
  it('finds images by split and name', () => trip.find());
  it('takes what came as done for unfinished', () => trip.markInProgress());
  it('draws, moves, resizes, takes back and gives another class by its key', () => trip.change());
  it('marks done', () => trip.finish());
  it('has everything after a reload', async () => {
    await trip.page.reload();
    await trip.seeEverything();
  });
  it('has everything when it is closed and started again', async () => {
    await trip.startAgain();
    await trip.seeEverything();
  });
  it.each(formats)('exports $name with a proof, and imports the same boxes again', ({ name, as }) =>
    trip.exportAndImport(name, as),
  );
  it('keeps nothing of an export that is stopped', () => trip.stopAnExport());
  it('made the page complain about nothing', () => {
    expect(trip.complaints.filter((text) => !/404 .*\/thumbnail\//.test(text))).toEqual([]);
    // what no part of the program foresaw is written with these words
    expect(trip.said).not.toContain('somewhere in the program');
  });
}
