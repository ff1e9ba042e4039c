// The image being labelled: joins the canvas engine to the backend, and mirrors what panels show.
import { untrack } from 'svelte';
import { iou } from '../../shared/box.ts';
import type { Notice, SavedGesture } from '../../shared/contract.ts';
import type { Example } from '../../shared/evaluation.ts';
import type { Box, ImageRecord } from '../../shared/model.ts';
import { isConflict } from '../client.ts';
import { Editor } from '../labeling/editor.ts';
import { repeat } from '../labeling/edits.ts';
import { type EditorBox, type EditorGesture, sameBoxes } from '../labeling/gesture.ts';
import { Saver } from '../labeling/saver.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { panels } from './panels.svelte.ts';
import { pictures } from './pictures.svelte.ts';

/** Overlap from which a box is the one that was meant. */
const SAME_PLACE = 0.5;

/** A box on its image: labelled, or where one was detected. */
type WantedBox = Pick<Example, 'imageId' | 'label' | 'detection'>;

class Labels {
  image = $state.raw<ImageRecord>();
  /** Grows with every change of the editor, which is not reactive itself. */
  version = $state(0);
  pending = $state(0);
  saved = $state(true);
  showBoxes = $state(true);
  drawn = $state(0);
  readonly editor = new Editor({
    onGesture: (gesture) => this.#push(gesture),
    // effects that move the editor must not wait for what they change
    onChange: () => untrack(() => void this.version++),
  });
  #saver: Saver | undefined;
  #wanted: WantedBox | undefined;
  #arrive: (() => void) | undefined;

  /** Forgets everything, for another project. */
  clear(): void {
    this.image = undefined;
    pictures.clear();
    this.#saver = undefined;
    this.editor.classId = undefined;
    this.editor.load({ width: 1, height: 1 }, []);
  }

  /** Shows an image with its boxes as stored. */
  async open(id: number): Promise<void> {
    await this.#saver?.settled();
    const read = await app.attempt(() => app.client.images.labels({ id }));
    if (app.imageId !== id) return;
    this.#arrive?.();
    if (!read) return;
    this.image = read.image;
    this.#saver = this.#saverFor(read.image);
    this.editor.load(read.image, read.boxes.map(editorBox));
    pictures.show(read.image);
    this.#showPlace(id);
  }

  /** Shows an image with the box selected and in sight that is meant. */
  openAt(wanted: WantedBox): void {
    this.#wanted = wanted;
    if (app.view === 'label' && this.image?.id === wanted.imageId) this.#showPlace(wanted.imageId);
    else app.go('label', wanted.imageId);
  }

  /** The box that was asked for: by its id, or where boxes were made anew the one that lies there. */
  #showPlace(id: number): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    const place = wanted?.label ?? wanted?.detection;
    if (wanted?.imageId !== id || !place) return;
    const { label } = wanted;
    const there = (box: EditorBox) => label !== null && iou(box, label) > SAME_PLACE;
    const box = this.editor.boxes.find((own) => own.id === label?.boxId) ?? this.editor.boxes.find(there);
    if (box) this.editor.select(box.id);
    else app.say(t('No box is labelled here.'));
    // once the canvas knows its size
    requestAnimationFrame(() => this.editor.camera.lookAt(place));
  }

  /** Waits until every gesture is stored; says the revision that a request of its own has to name. */
  async settled(): Promise<number | undefined> {
    await this.#saver?.settled();
    return this.#saver?.revision ?? this.image?.revision;
  }

  /** Reads the boxes again, where they were changed elsewhere or by undo, once nothing drawn here is on its way. */
  async reread(): Promise<void> {
    const id = this.image?.id;
    if (id === undefined) return;
    await this.#saver?.settled();
    const read = await app.attempt(() => app.client.images.labels({ id }));
    if (!read || this.image?.id !== id) return;
    // something was drawn while this was read, so that it may lack it
    if (this.#isAhead(read.image.revision)) return this.reread();
    this.image = read.image;
    if (this.#saver) this.#saver.revision = read.image.revision;
    this.editor.setBoxes(read.boxes.map(editorBox));
  }

  #isAhead(revision: number): boolean {
    const saver = this.#saver;
    return saver !== undefined && (saver.pending > 0 || saver.revision > revision);
  }

  /** Takes a gesture back or repeats it. A whole import is taken back only once that was asked and `isSure`. */
  async walk(direction: 'undo' | 'redo', isSure = false): Promise<void> {
    const from = app.imageId;
    await this.#saver?.settled();
    if (direction === 'undo' && !isSure && (await this.#wouldTakeBackImport())) {
      panels.takeBack = true;
      return;
    }
    const change = await app.attempt(() =>
      app.client.annotations[direction]({ project: app.project?.id ?? '' }),
    );
    if (change === null)
      return app.say(direction === 'undo' ? t('There is nothing to undo.') : t('There is nothing to redo.'));
    const [first] = change?.imageIds ?? [];
    const elsewhere = first !== undefined && !change?.imageIds.includes(app.imageId ?? 0);
    // who went on to another image meanwhile is not led back
    const leads = app.view === 'label' && elsewhere && change?.imageIds.length === 1 && app.imageId === from;
    if (leads) await this.#goTo(first);
    else await this.reread();
    if (change && !leads && (elsewhere || app.view !== 'label'))
      app.say(
        direction === 'undo'
          ? t('Taken back: {gesture}.', { gesture: change.gesture })
          : t('Repeated: {gesture}.', { gesture: change.gesture }),
      );
  }

  async #wouldTakeBackImport(): Promise<boolean> {
    const project = app.project?.id ?? '';
    const ahead = await app.attempt(() => app.client.annotations.ahead({ project }));
    return ahead?.undo === 'import';
  }

  /** Brings the image back to what it was after an entry of its history, as a gesture of its own. */
  async goBack(seq: number): Promise<void> {
    const { image } = this;
    if (!image) return;
    await this.#saver?.settled();
    const project = app.project?.id ?? '';
    const changed = await app.attempt(() => app.client.history.goBack({ project, imageId: image.id, seq }));
    if (changed === false) app.say(t('Nothing has changed since then.'));
    await this.reread();
  }

  /** Marks the image done, or empty, and goes on. */
  async finish(): Promise<void> {
    const { image } = this;
    if (!image) return;
    await this.#saver?.settled();
    const saver = this.#saver;
    const saved = await app.attempt(() => this.#markDone(image.id));
    if (!saved) return;
    if (saver) saver.revision = saved.revision;
    if (this.image?.id !== image.id) return;
    this.image = { ...this.image, state: saved.state, revision: saved.revision };
    const arrived = this.go(1);
    if (!arrived) app.say(t('That was the last image here.'));
    await arrived;
  }

  /** Again where the image was changed elsewhere in nothing that shows here; else its boxes are to be looked at first. */
  async #markDone(imageId: number): Promise<SavedGesture | undefined> {
    const { boxes } = this.editor;
    try {
      return await this.#sendDone(imageId);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.reread();
      if (this.image?.id !== imageId) return undefined;
      if (sameBoxes(boxes, this.editor.boxes)) return await this.#sendDone(imageId);
      app.say(t('Another window changed this image: look at its boxes, then mark it done.'));
      return undefined;
    }
  }

  #sendDone(imageId: number): Promise<SavedGesture> {
    const project = app.project?.id ?? '';
    const revision = this.#saver?.revision ?? this.image?.revision ?? 0;
    return app.client.annotations.finish({ project, imageId, revision });
  }

  /** While locked, boxes that get another class do not change the class of the next ones. */
  lockClass(locked: boolean): void {
    this.editor.classLocked = locked;
    this.version++;
  }

  /** Adds what the previous image has, for pictures that resemble each other. */
  async repeatPrevious(): Promise<void> {
    const { image } = this;
    const id = image && gallery.neighbour(image.id, -1);
    const read = id === undefined ? undefined : await app.attempt(() => app.client.images.labels({ id }));
    if (this.image?.id !== image?.id) return;
    if (!read || read.boxes.length === 0) {
      if (id === undefined || read) app.say(t('There is no previous image with boxes.'));
      return;
    }
    const copying = repeat(this.editor, read.boxes.map(editorBox));
    if (copying === 'no-room') app.say(t('All boxes of the previous image lie here already.'));
    if (copying === 'cut')
      app.say(t('Some of the boxes reach beyond this image; they were cut at its edge or left out.'));
  }

  /** Goes to the next or the previous image; resolves once it is shown. Undefined at the end. */
  go(direction: 1 | -1): Promise<void> | undefined {
    const next = this.image && gallery.neighbour(this.image.id, direction);
    return next === undefined ? undefined : this.#goTo(next);
  }

  #goTo(id: number): Promise<void> {
    this.#arrive?.();
    const arrived = new Promise<void>((arrive) => {
      this.#arrive = arrive;
    });
    app.go('label', id);
    return arrived;
  }

  hear(notice: Notice): void {
    const isElsewhere = notice.type === 'labels' && notice.session !== app.start?.session;
    const isMeant = isElsewhere && notice.imageIds.includes(this.image?.id ?? 0);
    // a deal of splits or an import changes records without naming each
    if (isMeant || notice.type === 'images') void this.reread();
  }

  #push(gesture: EditorGesture): void {
    if (gesture.name === 'draw') this.drawn += 1;
    this.#saver?.push(gesture);
  }

  #saverFor(image: ImageRecord): Saver {
    const project = app.project?.id ?? '';
    return new Saver(image.revision, {
      send: async (revision, { name, put, remove }) => {
        const saved = await app.client.annotations.apply({
          project,
          imageId: image.id,
          revision,
          name,
          put: put.map(boxInput),
          remove: [...remove],
        });
        if (this.image?.id === image.id)
          this.image = { ...this.image, state: saved.state, revision: saved.revision };
        return saved;
      },
      onId: (temporary, id) => {
        if (this.image?.id === image.id) this.editor.adopt(temporary, id);
      },
      onProgress: (saver) => {
        this.pending = saver.pending;
        this.saved = saver.pending === 0;
      },
      isConflict,
      isLost: () => app.lost,
      connected: () => app.connected(),
      read: async () => {
        const { image: now, boxes } = await app.client.images.labels({ id: image.id });
        return { revision: now.revision, boxes: boxes.map(editorBox) };
      },
      onOvertaken: () => {
        app.say(t('Another window changed this image too. What was done in both is kept.'));
        if (this.image?.id === image.id) void this.reread();
      },
      onTrouble: (error) => {
        app.trouble(error);
        if (this.image?.id === image.id) queueMicrotask(() => void this.reread());
      },
    });
  }
}

export function editorBox(box: Box): EditorBox {
  const { id, classId, x, y, width, height, ignore, difficult, truncated, occluded, z } = box;
  return { id, classId, x, y, width, height, ignore, difficult, truncated, occluded, z };
}

function boxInput({ id, ...box }: EditorBox) {
  return id < 0 ? box : { ...box, id };
}

export const labels = new Labels();
