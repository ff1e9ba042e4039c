// The keys of the label view and what they do. A key's name is its modifiers and the character or the key's own name.

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

export const actions = {
  draw: { keys: ['W'], text: 'Draw a box' },
  select: { keys: ['V'], text: 'Select and move' },
  cancel: { keys: ['Escape'], text: 'Give up, deselect' },
  next: { keys: ['D'], text: 'Next image' },
  previous: { keys: ['A'], text: 'Previous image' },
  finish: { keys: ['Enter'], text: 'Mark done and go on' },
  undo: { keys: ['Ctrl+Z'], text: 'Undo' },
  redo: { keys: ['Ctrl+Shift+Z', 'Ctrl+Y'], text: 'Redo' },
  remove: { keys: ['Delete', 'Backspace'], text: 'Delete the box' },
  copy: { keys: ['Ctrl+C'], text: 'Copy the box, or all boxes' },
  paste: { keys: ['Ctrl+V'], text: 'Paste the copied boxes' },
  repeat: { keys: ['R'], text: 'Repeat the boxes of the previous image' },
  duplicate: { keys: ['Ctrl+D'], text: 'Duplicate the box' },
  ignore: { keys: ['I'], text: 'Ignore region, on or off' },
  nextBox: { keys: ['Tab'], text: 'Next box' },
  previousBox: { keys: ['Shift+Tab'], text: 'Previous box' },
  cycle: { keys: ['Q'], text: 'Next box under the pointer' },
  fit: { keys: ['F'], text: 'Whole image' },
  actualSize: { keys: ['0'], text: 'One image pixel per screen pixel' },
  zoomIn: { keys: ['+', '='], text: 'Zoom in' },
  zoomOut: { keys: ['-'], text: 'Zoom out' },
  hideBoxes: { keys: ['H'], text: 'Boxes, shown or not' },
  hideLabels: { keys: ['L'], text: 'Class names, shown or not' },
  keys: { keys: ['?'], text: 'These keys' },
} satisfies Record<string, { keys: readonly string[]; text: string }>;

export type Action = keyof typeof actions;

/** `Ctrl+Shift+Z`, `D`, `Delete`: Command counts as Ctrl, Shift only where it does not make the character. */
export function keyName({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyPress): string {
  const isLetter = /^[a-z]$/i.test(key);
  const name = isLetter ? key.toUpperCase() : key;
  const isCharacter = key.length === 1 && !isLetter;
  const parts = [
    ...(ctrlKey || metaKey ? ['Ctrl'] : []),
    ...(altKey ? ['Alt'] : []),
    ...(shiftKey && !isCharacter ? ['Shift'] : []),
    name,
  ];
  return parts.join('+');
}

const byKey = new Map<string, Action>(
  Object.entries(actions).flatMap(([action, { keys }]) =>
    keys.map((key) => [key, action as Action] as const),
  ),
);

/** The action of a key, if it has one. */
export function actionFor(press: KeyPress): Action | undefined {
  return byKey.get(keyName(press));
}

/** The arrow keys as a direction in image pixels: 10 with Shift. */
export function arrowOf({ key, shiftKey }: KeyPress): { dx: number; dy: number } | undefined {
  const reach = shiftKey ? 10 : 1;
  if (key === 'ArrowLeft') return { dx: -reach, dy: 0 };
  if (key === 'ArrowRight') return { dx: reach, dy: 0 };
  if (key === 'ArrowUp') return { dx: 0, dy: -reach };
  if (key === 'ArrowDown') return { dx: 0, dy: reach };
  return undefined;
}
