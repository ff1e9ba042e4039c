import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readUserSettings, writeUserSettings } from '../../../src/main/services/user-settings.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'ddod-settings-'));

describe('settings of the user', () => {
  it('keeps one part while another changes', () => {
    const place = folder();
    const keys = { preset: 'cvat', own: { draw: ['R'] } } as const;
    writeUserSettings({ keys: { preset: keys.preset, own: { draw: ['R'] } } }, place);
    const view = { brightness: 1.5, contrast: 1, boxOpacity: 0.5, showLabels: false };
    writeUserSettings({ view }, place);
    expect(readUserSettings(place)).toEqual({ keys, view, drawn: 0 });
  });

  it('counts the boxes of a beginner, and takes what was written before there was a count', () => {
    const place = folder();
    const { keys, view } = readUserSettings(place);
    writeFileSync(join(place, 'settings.json'), JSON.stringify({ keys, view }));
    writeUserSettings({ drawn: readUserSettings(place).drawn + 2 }, place);
    expect(readUserSettings(place)).toEqual({ keys, view, drawn: 2 });
  });

  it('starts from the defaults where the file is missing or damaged, part by part', () => {
    const place = folder();
    const defaults = readUserSettings(place);
    writeFileSync(join(place, 'settings.json'), 'no json');
    expect(readUserSettings(place)).toEqual(defaults);
    writeFileSync(
      join(place, 'settings.json'),
      JSON.stringify({ keys: { preset: 'cvat', own: {} }, view: 3 }),
    );
    expect(readUserSettings(place)).toEqual({
      keys: { preset: 'cvat', own: {} },
      view: defaults.view,
      drawn: 0,
    });
  });
});
