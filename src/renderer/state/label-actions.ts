// What each action of the label view does.

import type { EditorBox } from '../labeling/gesture.ts';
import { type Action, actionFor, arrowOf, type KeyPress } from '../labeling/keymap.ts';
import { app } from './app.svelte.ts';
import { classes } from './classes.svelte.ts';
import { labels } from './labels.svelte.ts';

const ZOOM = 1.25;
const { editor } = labels;
/** Boxes that were copied, to be pasted on any image. */
let copied: readonly EditorBox[] = [];

const doing: Readonly<Record<Exclude<Action, 'keys'>, () => unknown>> = {
  draw: () => editor.setTool('draw'),
  select: () => editor.setTool('select'),
  cancel: () => {
    if (editor.cancel()) return;
    if (editor.tool === 'draw') editor.setTool('select');
    else editor.select(undefined);
  },
  next: () => labels.go(1),
  previous: () => labels.go(-1),
  finish: () => labels.finish(),
  undo: () => labels.walk('undo'),
  redo: () => labels.walk('redo'),
  remove: () => editor.remove(),
  copy: () => {
    copied = editor.selected ? [editor.selected] : editor.boxes;
    app.say(copied.length === 1 ? 'The box is copied.' : `${copied.length} boxes are copied.`);
  },
  paste: () => editor.add('paste', copied),
  repeat: () => labels.repeatPrevious(),
  duplicate: () => editor.duplicate(),
  ignore: () => editor.toggleIgnore(),
  nextBox: () => editor.step(1),
  previousBox: () => editor.step(-1),
  cycle: () => editor.cycle(),
  fit: () => editor.camera.whole(),
  actualSize: () => editor.camera.actualSize(),
  zoomIn: () => editor.camera.zoom(ZOOM),
  zoomOut: () => editor.camera.zoom(1 / ZOOM),
  hideBoxes: () => {
    labels.showBoxes = !labels.showBoxes;
  },
  hideLabels: () => {
    labels.showLabels = !labels.showLabels;
  },
};

/** Does what a key asks for; false for a key that means nothing here. */
export function pressKey(press: KeyPress, showKeys: () => void): boolean {
  const action = actionFor(press);
  if (action === 'keys') showKeys();
  else if (action) doing[action]();
  else return pressNumber(press) || pressArrow(press);
  return true;
}

function pressNumber({ key, ctrlKey, altKey, metaKey }: KeyPress): boolean {
  if (ctrlKey || altKey || metaKey || !/^[1-9]$/.test(key)) return false;
  const label = classes.list[Number(key) - 1];
  if (label) editor.assign(label.id);
  return label !== undefined;
}

function pressArrow(press: KeyPress): boolean {
  const arrow = arrowOf(press);
  if (!arrow) return false;
  if (editor.selected) {
    if (press.altKey) editor.grow(arrow.dx, arrow.dy);
    else editor.nudge(arrow.dx, arrow.dy);
  } else if (arrow.dx !== 0) labels.go(arrow.dx > 0 ? 1 : -1);
  return true;
}
