// Which key does what: a preset, and what the user changed in it. A key's name is its modifiers and the character or the
// key's own name.
import type { KeySettings } from '../../shared/contract/settings.ts';
import { type Action, actionNames, actions } from './actions.ts';

export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** True while the key is held down. */
  readonly repeat?: boolean;
}

const RESERVED = /^(Shift\+|Alt\+|Alt\+Shift\+)?(Arrow\w+|[1-9]| |Shift|Control|Alt|Meta|Dead|Unidentified)$/;

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

/** True for a key that only changes what others mean. */
export function isModifier({ key }: Pick<KeyPress, 'key'>): boolean {
  return ['Shift', 'Control', 'Alt', 'Meta'].includes(key);
}

/** True for keys that have a meaning of their own, and for modifiers alone. */
export function isReserved(key: string): boolean {
  return RESERVED.test(key);
}

export class Keymap {
  readonly settings: KeySettings;
  readonly #byKey = new Map<string, Action>();

  constructor(settings: KeySettings = { preset: 'studio', own: {} }) {
    this.settings = settings;
    for (const action of actionNames) for (const key of this.keysOf(action)) this.#byKey.set(key, action);
  }

  keysOf(action: Action): readonly string[] {
    const own = this.settings.own[action];
    if (own) return own;
    const { keys, cvat } = actions[action];
    return this.settings.preset === 'cvat' ? (cvat ?? keys) : keys;
  }

  /** The key to show beside an action; empty where it has none. */
  shown(action: Action): string {
    return this.keysOf(action)[0] ?? '';
  }

  actionFor(press: KeyPress): Action | undefined {
    return this.#byKey.get(keyName(press));
  }

  /** The action that a key would be taken from. */
  holder(key: string, action: Action): Action | undefined {
    return actionNames.find((other) => other !== action && this.keysOf(other).includes(key));
  }

  /** The settings with one key for an action; another action that had it goes without. */
  assigned(action: Action, key: string): KeySettings {
    const own: KeySettings['own'] = { ...this.settings.own, [action]: [key] };
    const holder = this.holder(key, action);
    if (holder) own[holder] = this.keysOf(holder).filter((other) => other !== key);
    return { ...this.settings, own };
  }

  /** The settings with a preset and what was changed in it; the changes of the other one are kept for when it comes back. */
  withPreset(preset: KeySettings['preset']): KeySettings {
    const { preset: old, own, kept } = this.settings;
    if (preset === old) return this.settings;
    return { preset, own: kept?.[preset] ?? {}, kept: { ...kept, [old]: own } };
  }

  /** The settings with an action as the preset has it; undefined keys that were taken meanwhile stay taken. */
  restored(action: Action): KeySettings {
    const own = Object.fromEntries(Object.entries(this.settings.own).filter(([name]) => name !== action));
    const fresh = new Keymap({ ...this.settings, own });
    const free = fresh.keysOf(action).filter((key) => !fresh.holder(key, action));
    const asPreset = free.length === fresh.keysOf(action).length;
    return { ...this.settings, own: asPreset ? own : { ...own, [action]: free } };
  }
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
