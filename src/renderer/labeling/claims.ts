// Which keys a control that has the focus needs for itself. All others stay the canvas', so that a slider touched once does not
// end the work by keyboard.
import type { KeyPress } from './keymap.ts';

/** A control as its element says of itself. */
export interface Control {
  /** In capitals, as the DOM names it. */
  readonly tag: string;
  /** Of an input. */
  readonly type: string;
}

const SPACE = ' ';
const STEPS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
const LEAPS = ['Home', 'End', 'PageUp', 'PageDown'];
const PRESSED = ['Tab', 'Enter', SPACE];
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  checkbox: ['Tab', SPACE],
  radio: ['Tab', SPACE, ...STEPS],
  range: ['Tab', ...STEPS, ...LEAPS],
  color: PRESSED,
  button: PRESSED,
  submit: PRESSED,
};

/** True for a key that means something to the control. */
export function claims({ tag, type }: Control, press: KeyPress): boolean {
  if (tag === 'INPUT') return INPUTS[type]?.includes(press.key) ?? isWritten(press);
  if (tag === 'TEXTAREA') return isWritten(press);
  if (tag === 'SELECT') return chooses(press);
  return ['BUTTON', 'A', 'SUMMARY'].includes(tag) && PRESSED.includes(press.key);
}

/** All that a text takes, but the keys that no text knows. */
function isWritten({ key }: KeyPress): boolean {
  return !/^F\d+$/.test(key);
}

/** A list is gone through by letters too. */
function chooses({ key, ctrlKey, metaKey }: KeyPress): boolean {
  if (ctrlKey || metaKey) return false;
  return key.length === 1 || [...PRESSED, ...STEPS, ...LEAPS, 'Escape'].includes(key);
}
