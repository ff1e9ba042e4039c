// What each action of the label view does.
import { focusPart } from '../components/parts.ts';
import { type Action, actionNames, actions } from '../labeling/actions.ts';
import { classKey } from '../labeling/class-keys.ts';
import * as edits from '../labeling/edits.ts';
import type { EditorBox } from '../labeling/gesture.ts';
import { arrowOf, isModifier, type KeyPress } from '../labeling/keymap.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { classes } from './classes.svelte.ts';
import { glassBox } from './glass-box.svelte.ts';
import { labels } from './labels.svelte.ts';
import { panels } from './panels.svelte.ts';
import { past } from './past.svelte.ts';
import { settings } from './settings.svelte.ts';
import { suggestions } from './suggestions.svelte.ts';
import { Turns } from './turns.ts';
import { walk } from './walk.ts';

const ZOOM = 1.25;
const { editor } = labels;
/** Boxes that were copied, to be pasted on any image. */
let copied: readonly EditorBox[] = [];
const turns = new Turns();

/** Each returns a promise where the next has to wait for it. */
const doing: Readonly<Record<Action, () => unknown>> = {
  draw: () => editor.setTool('draw'),
  select: () => editor.setTool('select'),
  cancel: () => {
    if (editor.cancel() || editor.endAim()) return;
    if (editor.tool === 'draw') editor.setTool('select');
    else editor.select(undefined);
  },
  selectEverything: () => edits.selectEverything(editor),
  nextBox: () => edits.step(editor, 1),
  previousBox: () => edits.step(editor, -1),
  cycle: () => edits.cycle(editor),
  undo: () => walk('undo'),
  redo: () => walk('redo'),
  remove: () => edits.removeSelected(editor),
  copy: () => {
    copied = editor.list.selection.size > 0 ? editor.list.selected : editor.boxes;
    app.say(t('{count, plural, one {The box is} other {# boxes are}} copied.', { count: copied.length }));
  },
  paste: () => {
    const known = copied.filter(({ classId }) => classes.byId.has(classId));
    if (known.length === 0) app.say(t('No boxes are copied.'));
    else tell(edits.paste(editor, known));
  },
  duplicate: () => {
    if (editor.list.selection.size > 0) tell(edits.duplicate(editor));
  },
  repeat: () => labels.repeatPrevious(),
  toFront: () => edits.toFront(editor),
  toBack: () => edits.toBack(editor),
  ignore: () => edits.toggleFlag(editor, 'ignore'),
  difficult: () => edits.toggleFlag(editor, 'difficult'),
  truncated: () => edits.toggleFlag(editor, 'truncated'),
  occluded: () => edits.toggleFlag(editor, 'occluded'),
  acceptSuggestion: () => inSight(() => suggestions.accept()),
  rejectSuggestion: () => inSight(() => suggestions.reject()),
  acceptAll: () => inSight(() => suggestions.acceptAll()),
  nextSuggestion: () => inSight(() => suggestions.step(1)),
  previousSuggestion: () => inSight(() => suggestions.step(-1)),
  look: () => void suggestions.look(),
  glassBox: () => void glassBox.toggle(),
  findClass: () => {
    panels.findClass = true;
  },
  lockClass: () => labels.lockClass(!editor.classLocked),
  next: () => labels.go(1),
  previous: () => labels.go(-1),
  finish: () => labels.finish(),
  fit: () => editor.camera.whole(),
  actualSize: () => editor.camera.actualSize(),
  zoomIn: () => editor.camera.zoom(ZOOM),
  zoomOut: () => editor.camera.zoom(1 / ZOOM),
  hideBoxes: () => editor.hide(!editor.hidden),
  hideLabels: () => settings.setView({ showLabels: !settings.view.showLabels }),
  adjust: () => {
    panels.adjust = !panels.adjust;
  },
  panels: () => {
    panels.sides = !panels.sides;
  },
  history: () => {
    panels.history = !panels.history;
  },
  palette: () => {
    panels.palette = true;
  },
  keys: () => {
    panels.keys = true;
  },
  nextPart: () => focusPart(1),
  previousPart: () => focusPart(-1),
};

/** Nothing is done to suggestions that the glass box hides. */
function inSight(work: () => unknown): unknown {
  if (!glassBox.isOpen) return work();
  const key = settings.keymap.shown('glassBox');
  app.say(t('Suggestions are not shown while the glass box is open; {key} closes it.', { key }));
  return undefined;
}

/** What is pointed at stays so while it is only looked at, or answered. */
const LEAVING: ReadonlySet<Action> = new Set([
  ...([
    'acceptSuggestion',
    'rejectSuggestion',
    'fit',
    'actualSize',
    'zoomIn',
    'zoomOut',
    'hideLabels',
  ] as const),
  ...(['adjust', 'panels', 'palette', 'keys', 'nextPart', 'previousPart'] as const),
]);

// class ids are those of a project
app.onLeave(() => {
  copied = [];
});

function tell(copying: edits.Copying): void {
  if (copying === 'cut')
    app.say(t('Some of the boxes reach beyond this image; they were cut at its edge or left out.'));
  if (copying === 'no-room')
    app.say(t('There is no room beside the boxes: a copy would hide exactly on one.'));
}

/** Does an action, from a menu or the palette, once those before it are done. */
export function act(action: Action): void {
  if (!LEAVING.has(action)) labels.pointed = undefined;
  // what an action does is done to the present
  if (past.close() && action === 'cancel') return;
  // a drag is given up by the key pressed while it goes on, not by one before it that had to wait
  if ((action === 'undo' || action === 'redo') && editor.cancel()) return;
  turns.take(doing[action]);
}

/** Does what a key asks for; false for a key that means nothing here. */
export function pressKey(press: KeyPress): boolean {
  if (isModifier(press)) return false;
  // a key held down does not pile up work
  if (press.repeat && turns.busy) return true;
  if (pressCorner(press)) return true;
  const action = settings.keymap.actionFor(press);
  // without boxes the key goes on to the next control, as on any page
  const isOnward = action === 'nextBox' || action === 'previousBox';
  if (isOnward && editor.boxes.length === 0) return false;
  if (action) return pressAction(press, actionNames);
  past.close();
  labels.pointed = undefined;
  return pressClass(press) || pressArrow(press);
}

/** Does what a key asks for where that is one of these actions; false for any other key. */
export function pressAction(press: KeyPress, among: readonly Action[]): boolean {
  const action = settings.keymap.actionFor(press);
  if (!action || !among.includes(action)) return false;
  const isHeld = press.repeat === true;
  if (!isHeld || (!turns.busy && actions[action].repeats)) act(action);
  return true;
}

/** Enter and Space set a corner where a crosshair stands; whether it does is known once the arrows before have moved it. */
function pressCorner(press: KeyPress): boolean {
  const sets = press.key === 'Enter' || press.key === ' ';
  if (!sets || editor.tool !== 'draw' || press.ctrlKey || press.altKey || press.metaKey) return false;
  if (press.key === ' ' && !editor.aims) return false;
  if (press.repeat) return true;
  turns.take(() => {
    if (editor.aims) editor.setCorner();
    else pressAction(press, actionNames);
  });
  return true;
}

function pressClass(press: KeyPress): boolean {
  const key = press.ctrlKey || press.altKey || press.metaKey ? undefined : classKey(press);
  const id = classes.byKey.get(key ?? '');
  if (id !== undefined) turns.take(() => edits.assign(editor, id));
  return id !== undefined;
}

function pressArrow(press: KeyPress): boolean {
  const arrow = arrowOf(press);
  if (!arrow || press.ctrlKey || press.metaKey) return false;
  // what the pointer holds is moved by it alone
  if (editor.dragged.length > 0) return true;
  turns.take(() => followArrow(press.altKey, arrow));
  return true;
}

function followArrow(grows: boolean, { dx, dy }: { dx: number; dy: number }): unknown {
  const aims = editor.tool === 'draw' && (editor.aims || editor.list.selection.size === 0);
  if (aims && !grows) return labels.image && editor.aimBy(dx, dy);
  if (editor.list.selection.size === 0) return dx !== 0 && !grows ? labels.go(dx > 0 ? 1 : -1) : undefined;
  return grows ? edits.grow(editor, dx, dy) : edits.nudge(editor, dx, dy);
}
