// Three kills of the backend under a labelling window; test/long does a hundred.
import { describe, expect, it } from 'vitest';
import { labelAndKill } from './killed-backend.ts';
import { browserProgram } from './studio.ts';

const program = browserProgram();

describe.skipIf(!program)('labelling while the backend is killed', () => {
  it('loses at most the gesture in flight, three times', async () => {
    const report = await labelAndKill(program ?? '', 3);
    expect(report.saved).toBeGreaterThan(0);
  });
});
