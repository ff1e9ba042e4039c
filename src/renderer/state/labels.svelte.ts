// The image being labelled: joins the canvas engine to the backend, and mirrors what panels show.
import { untrack } from 'svelte';
import { iou } from '../../shared/box.ts';
import type { Notice, SavedGesture } from '../../shared/contract.ts';
import type { Example } from '../../shared/evaluation.ts';
import type { ImageRecord } from '../../shared/model.ts';
import type { Suggestion } from '../../shared/suggestion.ts';
import { isConflict, isGone } from '../failures.ts';
import { Editor } from '../labeling/editor.ts';
import { repeat } from '../labeling/edits.ts';
import { type EditorBox, type EditorGesture, noFlags, sameBoxes } from '../labeling/gesture.ts';
import type { Saver } from '../labeling/saver.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { gallery } from './gallery.svelte.ts';
import { heirOf } from './image-order.ts';
import { editorBox, outbox } from './outbox.svelte.ts';
import { panels } from './panels.svelte.ts';
import { pictures } from './pictures.svelte.ts';
import { settings } from './settings.svelte.ts';

/** Overlap from which a box is the one that was meant. */
const SAME_PLACE = 0.5;

/** A box on its image: labelled, or where one was detected. */
type WantedBox = Pick<Example, 'imageId' | 'label' | 'detection'>;

class Labels {
  image = $state.raw<ImageRecord>();
  /** Grows with every change of the editor, which is not reactive itself. */
  version = $state(0);
  /** What a model found, of an example that was opened. */
  pointed = $state.raw<Suggestion>();
  /** It lies where nothing is labelled, so that a label may be made of it. */
  asksForLabel = $state(false);
  readonly editor = new Editor({
    onGesture: (gesture) => this.#push(gesture),
    // effects that move the editor must not wait for what they change
    onChange: () => untrack(() => void this.version++),
    onNameless: () => {
      panels.findClass = true;
    },
  });
  readonly showBoxes = $derived.by(() => {
    void this.version;
    return !this.editor.hidden;
  });
  #saver: Saver | undefined;
  #wanted: WantedBox | undefined;
  #arrive: (() => void) | undefined;

  constructor() {
    outbox.listener = {
      onSaved: (id, { state, revision }) => {
        if (this.image?.id === id) this.image = { ...this.image, state, revision };
      },
      onId: (imageId, temporary, id) => {
        if (this.image?.id === imageId) this.editor.adopt(temporary, id);
      },
      onStale: (id) => {
        if (this.image?.id === id) queueMicrotask(() => void this.reread());
      },
      onGiven: (lowest) => this.editor.idsBelow(lowest),
    };
  }

  /** Forgets everything, for another project. */
  clear(): void {
    this.editor.classId = undefined;
    this.#forget();
  }

  #forget(): void {
    this.image = undefined;
    this.pointed = undefined;
    this.#saver = undefined;
    pictures.clear();
    this.editor.load({ width: 1, height: 1 }, []);
  }

  /** Shows an image with its boxes as stored; one that is in sight already stays as it is looked at. */
  async open(id: number): Promise<void> {
    if (this.image?.id === id) await this.reread();
    else await this.#load(id);
    if (app.imageId !== id) return;
    this.#arrive?.();
    if (this.image?.id === id) this.#showPlace(id);
    // what cannot be read is not gone to
    else if (this.image) app.go('label', this.image.id, true);
  }

  async #load(id: number): Promise<void> {
    await outbox.settled();
    const read = await app.attempt(() => this.#read(id));
    if (!read || app.imageId !== id) return;
    const boxes = read.boxes.map(editorBox);
    this.#saver = outbox.saverOf(read.image);
    this.image = read.image;
    this.pointed = undefined;
    this.editor.load(read.image, this.#saver?.over(boxes) ?? boxes);
    pictures.show(read.image);
  }

  /** The labels of an image; undefined for one that is no longer in the project, which is left. */
  async #read(id: number) {
    try {
      return await app.client.images.labels({ project: app.project?.id ?? '', id });
    } catch (error) {
      if (!isGone(error)) throw error;
      await this.#leave(id);
      return undefined;
    }
  }

  /** From an image that is gone to the one that took its place. */
  async #leave(id: number): Promise<void> {
    const before = gallery.ids;
    await gallery.load();
    if (this.image?.id === id) this.#forget();
    if (app.view !== 'label' || app.imageId !== id) return;
    app.say(t('That image is no longer in the project.'));
    app.go('label', heirOf(id, before, gallery.ids), true);
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
    const { label, detection } = wanted;
    const there = (box: EditorBox) =>
      iou(box, place) > SAME_PLACE && (label !== null || box.classId === place.classId);
    const box = this.editor.boxes.find((own) => own.id === label?.boxId) ?? this.editor.boxes.find(there);
    if (box) this.editor.select(box.id);
    this.pointed = detection ? { id: 0, ...detection } : undefined;
    this.asksForLabel = box === undefined;
    if (!box) this.#sayUnlabelled();
    // once the canvas knows its size
    requestAnimationFrame(() => this.editor.camera.lookAt(place));
  }

  #sayUnlabelled(): void {
    const key = settings.keymap.shown('acceptSuggestion');
    app.say(
      this.pointed
        ? t('No box is labelled here; {key} makes one of what the model found.', { key })
        : t('No box is labelled here.'),
    );
  }

  /** Makes a label of what was found, as an accepted suggestion is one. */
  takePointed(): void {
    const { pointed } = this;
    this.pointed = undefined;
    if (!pointed) return;
    const { id: _, ...found } = pointed;
    this.editor.add('accept', [{ ...found, ...noFlags, z: this.editor.list.top }]);
  }

  /** Waits until every gesture is stored; says the revision that a request of its own has to name, if it may be made. */
  async settled(): Promise<number | undefined> {
    const isStored = await outbox.settled();
    return isStored ? (this.#saver?.revision ?? this.image?.revision) : undefined;
  }

  /** Reads the boxes again, where they were changed elsewhere or by undo, once nothing drawn here is on its way. */
  async reread(): Promise<void> {
    const id = this.image?.id;
    if (id === undefined) return;
    await outbox.settled();
    const read = await app.attempt(() => this.#read(id));
    const saver = this.#saver;
    if (!read || this.image?.id !== id) return;
    // something was drawn while this was read, so that it may lack it
    if (saver && isAhead(saver, read.image.revision)) return this.reread();
    this.image = read.image;
    pictures.tryAgain(read.image);
    if (saver?.pending === 0) saver.revision = read.image.revision;
    const boxes = read.boxes.map(editorBox);
    this.editor.setBoxes(saver?.over(boxes) ?? boxes);
  }

  /** Marks the image done, or empty, and goes on. One that cannot be looked at is left as it is. */
  async finish(): Promise<void> {
    const { image } = this;
    if (!image) return;
    const isUnseen =
      pictures.trouble !== undefined || (this.editor.boxes.length === 0 && !(await pictures.isRead()));
    if (this.image?.id !== image.id) return;
    if (isUnseen) return this.#passOver();
    if (!(await outbox.settled())) return;
    const saver = this.#saver;
    const saved = await app.attempt(() => this.#markDone(image.id));
    if (!saved) return;
    if (saver) saver.revision = saved.revision;
    if (this.image?.id !== image.id) return;
    this.image = { ...this.image, state: saved.state, revision: saved.revision };
    if (!(await this.go(1))) app.say(t('That was the last image here.'));
  }

  async #passOver(): Promise<void> {
    await this.go(1);
    app.say(t('An image that cannot be shown is left as it is.'));
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
    if (!image) return;
    const id = await app.attempt(() => gallery.before(image.id));
    const read = id === undefined ? undefined : await app.attempt(() => this.#read(id));
    if (this.image?.id !== image.id) return;
    if (!read || read.boxes.length === 0) {
      if (id === undefined || read) app.say(t('There is no previous image with boxes.'));
      return;
    }
    const copying = repeat(this.editor, read.boxes.map(editorBox));
    if (copying === 'no-room') app.say(t('All boxes of the previous image lie here already.'));
    if (copying === 'cut')
      app.say(t('Some of the boxes reach beyond this image; they were cut at its edge or left out.'));
  }

  /** Goes to the next or the previous image; resolves once it is shown. False where there is none. */
  async go(direction: 1 | -1): Promise<boolean> {
    const { image } = this;
    const next = image && (await app.attempt(() => gallery.next(image.id, direction)));
    if (next === undefined || this.image?.id !== image?.id) return false;
    await this.goTo(next);
    return true;
  }

  /** Goes to an image; resolves once it is shown, or cannot be. */
  goTo(id: number): Promise<void> {
    this.#arrive?.();
    const arrived = new Promise<void>((arrive) => {
      this.#arrive = arrive;
    });
    const isThere = app.view === 'label' && app.imageId === id;
    if (isThere) void this.open(id);
    else app.go('label', id);
    return arrived;
  }

  hear(notice: Notice): void {
    const isElsewhere = notice.type === 'labels' && notice.session !== app.start?.session;
    const isMeant = isElsewhere && notice.imageIds.includes(this.image?.id ?? 0);
    // a deal of splits or an import changes records without naming each
    if (!isMeant && notice.type !== 'images') return;
    const wanted = app.view === 'label' ? app.imageId : undefined;
    // the address was left alone where an image could not be read
    if (wanted !== undefined && wanted !== this.image?.id) void this.open(wanted);
    else void this.reread();
  }

  #push(gesture: EditorGesture): void {
    if (gesture.name === 'draw') void settings.countDrawn();
    this.#saver?.push(gesture);
  }
}

function isAhead(saver: Saver, revision: number): boolean {
  return !saver.stuck && (saver.pending > 0 || saver.revision > revision);
}

export const labels = new Labels();
