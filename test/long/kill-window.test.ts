// A hundred kills of the backend under a labelling window.
import { describe, expect, it } from 'vitest';
import { labelAndKill } from '../e2e/killed-backend.ts';
import { browserProgram } from '../e2e/studio.ts';

const program = browserProgram();
const ROUNDS = 100;

describe.skipIf(!program)('labelling while the backend is killed', () => {
  it('loses at most the gesture in flight, a hundred times', async () => {
    const report = await labelAndKill(program ?? '', ROUNDS);
    console.log(
      `${report.rounds} kills: ${report.saved} gestures seen saved, ${report.unseen} saved unseen, none lost`,
    );
    // a busy machine draws few boxes before each kill
    expect(report.saved).toBeGreaterThan(ROUNDS / 4);
  });
});
