// The whole way of labels through the window, and back, in a browser.
import { describe } from 'vitest';
import { goesThereAndBack, hasBloodCells } from './round-trip-steps.ts';
import { browserProgram, openStudio } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program || !hasBloodCells())('labels through a browser and back', () => {
  goesThereAndBack({
    open: (folder) => openStudio(program ?? '', undefined, folder),
    nameFolder: (page, label, folder) => page.getByLabel(label).fill(folder),
  });
});
