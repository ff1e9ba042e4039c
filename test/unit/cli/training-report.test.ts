// What the command line says of a training while it goes on.
import { expect, it, vi } from 'vitest';
import { Console } from '../../../src/main/cli/console.ts';
import { TrainingReport } from '../../../src/main/cli/training-report.ts';
import type { TrainingEvent } from '../../../src/main/trainer/job.ts';
import { tinyRecipe } from '../trainer/sample-project.ts';

it('says when memory ran out, what is looked for, and every line of the log', () => {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const report = new TrainingReport(new Console(false), tinyRecipe());
  const events: TrainingEvent[] = [
    { type: 'probing' },
    { type: 'out of memory', step: 3, parts: 2, text: 'Memory ran out. From here on ...' },
    { type: 'log', level: 'warning', text: 'a picture cannot be read' },
  ];
  for (const event of events) report.hear(event);
  const said = write.mock.calls.map(([text]) => String(text));
  write.mockRestore();
  expect(said).toEqual([
    'finding the largest batch that fits in memory ...\n',
    'Memory ran out. From here on ...\n',
    'a picture cannot be read\n',
  ]);
});
