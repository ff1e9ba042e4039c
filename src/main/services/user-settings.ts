// What a user keeps over all projects, in a small file of the configuration folder.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type UserSettings, userSettings } from '../../shared/contract/settings.ts';
import { configDir } from './recent-projects.ts';

const DEFAULTS: UserSettings = {
  keys: { preset: 'studio', own: {} },
  view: { brightness: 1, contrast: 1, boxOpacity: 1, showLabels: true },
  drawn: 0,
};

/** The settings as they stand; the defaults for a part that is missing or damaged. */
export function readUserSettings(folder = configDir()): UserSettings {
  try {
    const stored: unknown = JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'));
    const { keys, view, drawn } = { ...(stored as Partial<Record<keyof UserSettings, unknown>> | null) };
    const parts = userSettings.shape;
    return {
      keys: parts.keys.safeParse(keys).data ?? DEFAULTS.keys,
      view: parts.view.safeParse(view).data ?? DEFAULTS.view,
      drawn: parts.drawn.safeParse(drawn).data ?? DEFAULTS.drawn,
    };
  } catch {
    return DEFAULTS;
  }
}

/** Changes the parts that are given. */
export function writeUserSettings(
  change: { [K in keyof UserSettings]?: UserSettings[K] | undefined },
  folder = configDir(),
): UserSettings {
  const old = readUserSettings(folder);
  const settings = {
    keys: change.keys ?? old.keys,
    view: change.view ?? old.view,
    drawn: change.drawn ?? old.drawn,
  };
  mkdirSync(folder, { recursive: true });
  // renamed into place, so that a reader never meets half a file
  const draft = join(folder, `settings.${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(settings, null, 2));
  renameSync(draft, join(folder, 'settings.json'));
  return settings;
}
