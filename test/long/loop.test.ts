// The whole loop through both doors, with the engine that people use.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { type ElectronWindow, electronProgram, openWindow, root } from '../e2e/electron-window.ts';
import { browserProgram, openStudio, type Studio } from '../e2e/studio.ts';
import { closesTheLoop } from './loop-steps.ts';

const folder = mkdtempSync(join(tmpdir(), 'ddod-loop-'));
const browser = browserProgram();
const electron = electronProgram();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!browser)('the loop in a browser', () => {
  let studio: Studio | undefined;
  closesTheLoop({
    open: async () => {
      studio = await openStudio(browser ?? '', undefined, join(folder, 'browser'));
      return studio.page;
    },
    shut: async () => studio?.close(),
  });
});

describe.skipIf(!electron)('the loop in Electron', () => {
  let window: ElectronWindow | undefined;
  closesTheLoop({
    open: async () => {
      spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
      window = await openWindow(
        electron ?? { path: '' },
        { script: join(root, 'out/main/index.cjs') },
        join(folder, 'electron'),
      );
      return window.page;
    },
    shut: async () => window?.close(),
  });
});
