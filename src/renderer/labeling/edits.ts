// What keys do to the selected boxes: each is one gesture on all of them.
import { contains, resizeByHandle } from '../../shared/box.ts';
import type { BoxGesture } from '../../shared/gestures.ts';
import { movedTogether } from './drags.ts';
import type { Editor } from './editor.ts';
import type { EditorBox, Flag } from './gesture.ts';

/** Where copies are put beside their originals, in screen pixels. */
const COPY_SHIFT = 12;
/** Down to the right, and other ways where the image ends there. */
const COPY_WAYS = [
  [1, 1],
  [-1, -1],
  [-1, 1],
  [1, -1],
] as const;
/** After this many copies in a row there is no more room. */
const MOST_SHIFTS = 50;
/** Image pixels by which two places may differ and be the same. */
const SAME = 0.001;

/** Moves by image pixels, all by the same way. */
export function nudge(editor: Editor, dx: number, dy: number): void {
  editor.change('nudge', movedBy(editor, editor.list.selected, dx, dy));
}

/** Moves the right and the lower edge of each box by image pixels; none gets smaller than a pixel. */
export function grow(editor: Editor, dx: number, dy: number): void {
  const grown = editor.list.selected.map((box) => ({
    ...box,
    ...resizeByHandle(box, 'se', dx, dy, editor.camera.image),
  }));
  const fits = (box: EditorBox) => box.width >= 1 && box.height >= 1;
  if (grown.every(fits)) editor.change('resize', grown);
}

export function removeSelected(editor: Editor): void {
  editor.remove([...editor.list.selection]);
}

/** What became of copies: `cut` where some of them reached beyond the image, `no-room` where none was made. */
export type Copying = 'whole' | 'cut' | 'no-room';

export function duplicate(editor: Editor): Copying {
  return addCopies(editor, 'duplicate', beside(editor, editor.list.selected));
}

/** Puts copied boxes where they were, or further in on a smaller image; beside those that lie there already. */
export function paste(editor: Editor, copied: readonly EditorBox[]): Copying {
  const lies = liesOn(editor);
  const inside = movedBy(editor, copied, 0, 0);
  return addCopies(editor, 'paste', inside.some(lies) ? beside(editor, copied) : inside);
}

/** Adds boxes of another image where they are there, without those that lie here already. */
export function repeat(editor: Editor, boxes: readonly EditorBox[]): Copying {
  const lies = liesOn(editor);
  const missing = boxes.filter((box) => !lies(box));
  return addCopies(editor, 'repeat', missing.length > 0 ? missing : undefined);
}

function addCopies(editor: Editor, name: BoxGesture, copies: readonly EditorBox[] | undefined): Copying {
  if (!copies) return 'no-room';
  editor.add(name, copies);
  editor.reveal();
  const { width, height } = editor.camera.image;
  const reachesOut = ({ x, y, ...box }: EditorBox) =>
    x < -SAME || y < -SAME || x + box.width > width + SAME || y + box.height > height + SAME;
  return copies.some(reachesOut) ? 'cut' : 'whole';
}

/** Copies moved together until none lies exactly on a box, where it would not be seen. */
function beside(editor: Editor, boxes: readonly EditorBox[]): readonly EditorBox[] | undefined {
  const lies = liesOn(editor);
  for (let times = 1; times <= MOST_SHIFTS; times++) {
    const shift = times * editor.camera.reach(COPY_SHIFT);
    for (const [right, down] of COPY_WAYS) {
      const moved = movedBy(editor, boxes, right * shift, down * shift);
      if (!moved.some(lies)) return moved;
    }
  }
  return undefined;
}

/** Says of a box whether one of its class lies exactly there. */
function liesOn(editor: Editor): (box: EditorBox) => boolean {
  const place = ({ classId, x, y, width, height }: EditorBox) =>
    [classId, ...[x, y, width, height].map((value) => Math.round(value / SAME))].join();
  const taken = new Set(editor.boxes.map(place));
  return (box) => taken.has(place(box));
}

/** Gives the selected boxes a class, and the next one unless its class is locked. */
export function assign(editor: Editor, classId: number): void {
  const { selected } = editor.list;
  if (selected.length === 0 || !editor.classLocked) editor.classId = classId;
  editor.change(
    'reclass',
    selected.map((box) => ({ ...box, classId })),
  );
  editor.selectAll(editor.list.selection);
}

/** Sets a flag on all selected boxes, or clears it where all have it. */
export function toggleFlag(editor: Editor, flag: Flag): void {
  const { selected } = editor.list;
  const value = !selected.every((box) => box[flag]);
  editor.change(
    flag,
    selected.map((box) => ({ ...box, [flag]: value })),
  );
}

/** Lays the selected boxes over all others; among themselves they stay as they lie. */
export function toFront(editor: Editor): void {
  const { selected, others } = parted(editor);
  const highest = Math.max(...others.map(({ z }) => z));
  if (others.length === 0 || selected.every(({ z }) => z > highest)) return;
  editor.change(
    'to-front',
    selected.map((box, index) => ({ ...box, z: highest + 1 + index })),
  );
}

/** Lays the selected boxes beneath all others; among themselves they stay as they lie. */
export function toBack(editor: Editor): void {
  const { selected, others } = parted(editor);
  const lowest = Math.min(...others.map(({ z }) => z));
  if (others.length === 0 || selected.every(({ z }) => z < lowest)) return;
  editor.change(
    'to-back',
    selected.map((box, index) => ({ ...box, z: lowest - selected.length + index })),
  );
}

function parted({ list }: Editor): { selected: readonly EditorBox[]; others: readonly EditorBox[] } {
  return { selected: list.selected, others: list.all.filter(({ id }) => !list.selection.has(id)) };
}

export function selectEverything(editor: Editor): void {
  editor.selectAll(editor.boxes.map(({ id }) => id));
}

/** Selects the next (1) or the previous (-1) box. */
export function step(editor: Editor, direction: 1 | -1): void {
  const count = editor.boxes.length;
  if (count === 0) return;
  const at = editor.boxes.findIndex(({ id }) => id === editor.selectedId);
  const next = at < 0 ? (direction > 0 ? 0 : count - 1) : (at + direction + count) % count;
  editor.select(editor.boxes[next]?.id);
  editor.reveal();
}

/** Selects the next of the boxes that lie over each other under the pointer. */
export function cycle(editor: Editor): void {
  if (!editor.pointer) return;
  const at = editor.camera.imagePoint(editor.pointer);
  const under = editor.list.near(at, 0).filter((box) => contains(box, at));
  const current = under.findIndex(({ id }) => id === editor.selectedId);
  const next = under[(current + 1) % Math.max(1, under.length)];
  if (next) editor.select(next.id);
}

function movedBy(editor: Editor, boxes: readonly EditorBox[], dx: number, dy: number): EditorBox[] {
  const moved = movedTogether(boxes, dx, dy, editor.camera.image);
  return boxes.map((box, index) => ({ ...box, ...moved?.[index] }));
}
