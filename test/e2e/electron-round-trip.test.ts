// The whole way of labels through the window, and back, in Electron.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe } from 'vitest';
import { electronDoor } from './electron-door.ts';
import { electronProgram, root } from './electron-window.ts';
import { goesThereAndBack, hasBloodCells } from './round-trip-steps.ts';

const program = electronProgram();

describe.skipIf(!program || !hasBloodCells())('labels through Electron and back', () => {
  beforeAll(() => {
    spawnSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  }, 120_000);

  goesThereAndBack(electronDoor(program ?? { path: '' }, { script: join(root, 'out/main/index.cjs') }));
});
