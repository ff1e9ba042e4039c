// Every action of the label view: its words and its keys in each preset. Menus, the palette and the list of keys show
// what stands here; what an action does is in state/label-actions.ts.

export interface ActionSpec {
  readonly text: string;
  readonly group: ActionGroup;
  readonly keys: readonly string[];
  /** Where the preset that follows CVAT differs. */
  readonly cvat?: readonly string[];
}

export const actionGroups = [
  'Draw and select',
  'Change',
  'Classes',
  'Suggestions',
  'Images',
  'View',
  'Window',
] as const;
export type ActionGroup = (typeof actionGroups)[number];

const drawing = {
  draw: { keys: ['W'], cvat: ['N'], text: 'Draw a box' },
  select: { keys: ['V'], cvat: ['Shift+V'], text: 'Select and move' },
  cancel: { keys: ['Escape'], text: 'Give up, deselect' },
  selectEverything: { keys: ['Ctrl+A'], text: 'Select all boxes' },
  nextBox: { keys: ['Tab'], text: 'Next box' },
  previousBox: { keys: ['Shift+Tab'], text: 'Previous box' },
  cycle: { keys: ['Q'], cvat: ['Shift+Q'], text: 'Next box under the pointer' },
};

const changing = {
  undo: { keys: ['Ctrl+Z'], text: 'Undo' },
  redo: { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], text: 'Redo' },
  remove: { keys: ['Delete', 'Backspace'], text: 'Delete the boxes' },
  copy: { keys: ['Ctrl+C'], text: 'Copy the boxes, or all boxes' },
  paste: { keys: ['Ctrl+V'], text: 'Paste the copied boxes' },
  duplicate: { keys: ['Ctrl+D'], text: 'Duplicate the boxes' },
  repeat: { keys: ['R'], cvat: ['Ctrl+B'], text: 'Repeat the boxes of the previous image' },
  toFront: { keys: [']'], text: 'Bring the boxes to the front' },
  toBack: { keys: ['['], text: 'Send the boxes to the back' },
  ignore: { keys: ['I'], text: 'Ignore region, on or off' },
  difficult: { keys: ['Shift+D'], text: 'Difficult, on or off' },
  truncated: { keys: ['Shift+T'], text: 'Truncated, on or off' },
  occluded: { keys: ['Shift+O'], cvat: ['Q'], text: 'Occluded, on or off' },
};

const classing = {
  findClass: { keys: ['/'], text: 'Find a class by name' },
  lockClass: { keys: ['K'], text: 'Lock the class of the next boxes, or let it go' },
};

const suggesting = {
  acceptSuggestion: { keys: ['Y'], text: 'Accept the suggestion' },
  rejectSuggestion: { keys: ['N'], cvat: ['Shift+N'], text: 'Reject the suggestion' },
  acceptAll: { keys: ['Shift+Y'], text: 'Accept all suggestions above the score' },
  nextSuggestion: { keys: ['.'], text: 'Next suggestion' },
  previousSuggestion: { keys: [','], text: 'Previous suggestion' },
  look: { keys: ['S'], text: 'Have the model look at the image' },
  glassBox: { keys: ['G'], text: 'Glass box: where the model learns each label' },
};

const walking = {
  next: { keys: ['D'], cvat: ['F'], text: 'Next image' },
  previous: { keys: ['A'], cvat: ['D'], text: 'Previous image' },
  finish: { keys: ['Enter'], text: 'Mark done and go on' },
};

const viewing = {
  fit: { keys: ['F'], cvat: ['Shift+F'], text: 'Whole image' },
  actualSize: { keys: ['0'], text: 'One image pixel per screen pixel' },
  zoomIn: { keys: ['+', '='], text: 'Zoom in' },
  zoomOut: { keys: ['-'], text: 'Zoom out' },
  hideBoxes: { keys: ['H'], text: 'Boxes, shown or not' },
  hideLabels: { keys: ['L'], text: 'Class names, shown or not' },
  adjust: { keys: ['B'], text: 'Brightness, contrast, strength of the boxes' },
  history: { keys: ['Shift+H'], text: 'History of the image, shown or not' },
  panels: { keys: ['\\'], text: 'Side panels, shown or not' },
};

const windowing = {
  palette: { keys: ['Ctrl+K'], text: 'Find any action' },
  keys: { keys: ['?'], cvat: ['F1', '?'], text: 'All keys' },
};

function grouped<T extends Record<string, Omit<ActionSpec, 'group'>>>(
  group: ActionGroup,
  specs: T,
): Record<keyof T, ActionSpec> {
  const entries = Object.entries(specs).map(([name, spec]) => [name, { ...spec, group }]);
  return Object.fromEntries(entries) as Record<keyof T, ActionSpec>;
}

export const actions = {
  ...grouped('Draw and select', drawing),
  ...grouped('Change', changing),
  ...grouped('Classes', classing),
  ...grouped('Suggestions', suggesting),
  ...grouped('Images', walking),
  ...grouped('View', viewing),
  ...grouped('Window', windowing),
};

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];

/** Keys that no action can have: numbers are classes, arrows move, Space pans. */
export const fixedKeys = [
  { keys: ['1', '…', '9'], text: 'Class of the boxes and the next ones' },
  { keys: ['Arrows'], text: 'Move the boxes 1 px, with Shift 10; without boxes previous and next image' },
  { keys: ['Alt+Arrows'], text: 'Resize the boxes' },
  { keys: ['Space'], text: 'Hold to pan; the wheel zooms' },
  { keys: ['Shift+click'], text: 'Add a box to the selection; a drag on the image selects what it touches' },
];
