// Every action of the label view: its words and its keys in each preset. Menus, the palette and the list of keys show
// what stands here; what an action does is in state/label-actions.ts.
import { type Message, msg } from '../words/message.ts';

export interface ActionSpec {
  readonly text: Message;
  /** The heading it stands under. */
  readonly group: Message;
  readonly keys: readonly string[];
  /** Where the preset that follows CVAT differs. */
  readonly cvat?: readonly string[];
  /** Done again and again while its key is held down; all others wait until it is pressed anew. */
  readonly repeats?: boolean;
}

const groups = {
  drawing: msg('Draw and select'),
  changing: msg('Change'),
  classing: msg('Classes'),
  suggesting: msg('Suggestions'),
  walking: msg('Images'),
  viewing: msg('View'),
  windowing: msg('Window'),
};
export const actionGroups: readonly Message[] = Object.values(groups);

const drawing = {
  draw: { keys: ['W'], cvat: ['N'], text: msg('Draw a box') },
  select: { keys: ['V'], cvat: ['Shift+V'], text: msg('Select and move') },
  cancel: { keys: ['Escape'], text: msg('Give up, deselect') },
  selectEverything: { keys: ['Ctrl+A'], text: msg('Select all boxes') },
  nextBox: { keys: ['Tab'], repeats: true, text: msg('Next box; without boxes on to the tools') },
  previousBox: { keys: ['Shift+Tab'], repeats: true, text: msg('Previous box') },
  cycle: { keys: ['Q'], cvat: ['Shift+Q'], repeats: true, text: msg('Next box under the pointer') },
};

const changing = {
  undo: { keys: ['Ctrl+Z'], repeats: true, text: msg('Undo') },
  redo: { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], repeats: true, text: msg('Redo') },
  remove: { keys: ['Delete', 'Backspace'], text: msg('Delete the boxes') },
  copy: { keys: ['Ctrl+C'], text: msg('Copy the boxes, or all boxes') },
  paste: { keys: ['Ctrl+V'], text: msg('Paste the copied boxes') },
  duplicate: { keys: ['Ctrl+D'], text: msg('Duplicate the boxes') },
  repeat: { keys: ['R'], cvat: ['Ctrl+B'], text: msg('Repeat the boxes of the previous image') },
  toFront: { keys: [']'], text: msg('Bring the boxes to the front') },
  toBack: { keys: ['['], text: msg('Send the boxes to the back') },
  ignore: { keys: ['I'], text: msg('Ignore region, on or off') },
  difficult: { keys: ['Shift+D'], text: msg('Difficult, on or off') },
  truncated: { keys: ['Shift+T'], text: msg('Truncated, on or off') },
  occluded: { keys: ['Shift+O'], cvat: ['Q'], text: msg('Occluded, on or off') },
};

const classing = {
  findClass: { keys: ['/'], text: msg('Find a class by name') },
  lockClass: { keys: ['K'], text: msg('Lock the class of the next boxes, or let it go') },
};

const suggesting = {
  acceptSuggestion: { keys: ['Y'], text: msg('Accept the suggestion') },
  rejectSuggestion: { keys: ['N'], cvat: ['Shift+N'], text: msg('Reject the suggestion') },
  acceptAll: { keys: ['Shift+Y'], text: msg('Accept all suggestions above the score') },
  nextSuggestion: { keys: ['.'], repeats: true, text: msg('Next suggestion') },
  previousSuggestion: { keys: [','], repeats: true, text: msg('Previous suggestion') },
  look: { keys: ['S'], text: msg('Have the model look at the image') },
  glassBox: { keys: ['G'], text: msg('Glass box: where the model learns each label') },
};

const walking = {
  next: { keys: ['D'], cvat: ['F'], repeats: true, text: msg('Next image') },
  previous: { keys: ['A'], cvat: ['D'], repeats: true, text: msg('Previous image') },
  finish: { keys: ['Enter'], text: msg('Mark done and go on') },
};

const viewing = {
  fit: { keys: ['F'], cvat: ['Shift+F'], text: msg('Whole image') },
  actualSize: { keys: ['0'], text: msg('One image pixel per screen pixel') },
  zoomIn: { keys: ['+', '='], repeats: true, text: msg('Zoom in') },
  zoomOut: { keys: ['-'], repeats: true, text: msg('Zoom out') },
  hideBoxes: { keys: ['H'], text: msg('Boxes, shown or not') },
  hideLabels: { keys: ['L'], text: msg('Class names, shown or not') },
  adjust: { keys: ['B'], text: msg('Brightness, contrast, strength of the boxes') },
  history: { keys: ['Shift+H'], text: msg('History of the image, shown or not') },
  panels: { keys: ['\\'], text: msg('Side panels, shown or not') },
};

const windowing = {
  palette: { keys: ['Ctrl+K'], text: msg('Find any action') },
  keys: { keys: ['?'], cvat: ['F1', '?'], text: msg('All keys') },
  nextPart: { keys: ['F6'], repeats: true, text: msg('Next part: canvas, tools, lists, bar, images') },
  previousPart: { keys: ['Shift+F6'], repeats: true, text: msg('Previous part') },
};

function grouped<T extends Record<string, Omit<ActionSpec, 'group'>>>(
  group: Message,
  specs: T,
): Record<keyof T, ActionSpec> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, { ...spec, group }]);
  return Object.fromEntries(entries) as Record<keyof T, ActionSpec>;
}

export const actions = {
  ...grouped(groups.drawing, drawing),
  ...grouped(groups.changing, changing),
  ...grouped(groups.classing, classing),
  ...grouped(groups.suggesting, suggesting),
  ...grouped(groups.walking, walking),
  ...grouped(groups.viewing, viewing),
  ...grouped(groups.windowing, windowing),
};

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];

/** Keys that no action can have: numbers are classes, arrows move, Space pans. */
export const fixedKeys = [
  { keys: ['1', '…', '9'], text: msg('Class of the boxes and the next ones') },
  {
    keys: ['Arrows'],
    text: msg('Move the boxes 1 px, with Shift 10; without boxes previous and next image'),
  },
  {
    keys: ['Arrows'],
    text: msg('With the drawing tool: move a crosshair 1 px, with Shift 10'),
  },
  { keys: ['Enter', 'Space'], text: msg('Where a crosshair stands: set a corner of a box') },
  { keys: ['Alt+Arrows'], text: msg('Resize the boxes') },
  { keys: ['Space'], text: msg('Hold to pan; the wheel zooms') },
  {
    keys: ['Shift+click'],
    text: msg('Add a box to the selection; a drag on the image selects what it touches'),
  },
];
