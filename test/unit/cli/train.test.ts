// ddod train: the batch that memory allows, the advised recipe, and a run that begins with another's weights.
import { describe, expect, it } from 'vitest';
import { openProject } from '../../../src/main/services/projects.ts';
import type { Recipe } from '../../../src/shared/recipe.ts';
import { closing } from '../services/temporary.ts';
import { sampleProject, tinySettings } from '../trainer/sample-project.ts';
import { documentOf, inProcess } from './command-line.ts';

const tiny = ['--size', '64', '--epochs', '1', ...tinySettings.flatMap((setting) => ['--set', setting])];

/** A closed project of drawn pictures. */
async function drawn(count: number): Promise<string> {
  const project = await sampleProject(count);
  project.close();
  return project.dir;
}

function runsOf(dir: string) {
  const project = closing(openProject(dir, { readOnly: true }));
  return project.runs.list().map((run) => ({ ...run, recipe: run.recipe as unknown as Recipe }));
}

describe('ddod train', () => {
  it('finds the batch that memory allows, and another run goes on from its weights and recipe', async () => {
    const dir = await drawn(24);
    const auto = ['--batch', 'auto', '--init', 'none', '--set', 'train.lr=0.01'];
    const outcome = await inProcess('train', '--project', dir, ...tiny, ...auto, '--json');
    expect(outcome.code, outcome.stderr).toBe(0);
    expect(outcome.stderr).toMatch(
      /batch as memory allows[\s\S]*finding the largest batch[\s\S]*4 images a step fit/,
    );
    expect(documentOf(outcome)).toMatchObject({ run: 'r1', status: 'done', steps: 4 });
    // chosen, so it does not move with the batch
    expect(runsOf(dir)[0]!.recipe.train).toMatchObject({ batch: 4, lr: 0.01 });
    const again = await inProcess('train', '--project', dir, '--from', 'r1', '--batch', '8', '--json');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/weights from r1 as it was at step 4/);
    const [second, first] = runsOf(dir);
    expect(second!.codeVersion).toMatch(/^\d+\.\d+\.\d+/);
    const shown = await inProcess('runs', '--project', dir, '--show', 'r2');
    expect(shown.stdout).toMatch(/began with +r1 Run 1/);
    expect(shown.stdout).toMatch(/as they are now/);
    expect(second).toMatchObject({ status: 'done', parent: { runId: 'r1' } });
    expect(second!.recipe).toMatchObject({ channels: 32, train: { batch: 8, lr: 0.02, epochs: 1 } });
    expect(first!.parent).toBeNull();
  });

  it('takes the advised recipe with what is asked for in its place', async () => {
    const dir = await drawn(24);
    const show = async (...more: string[]) => {
      const shown = ['train', '--project', dir, '--preset', 'auto', '--show-recipe', '--json'];
      return documentOf<Recipe>(await inProcess(...shown, ...more));
    };
    const advised = await show();
    expect(advised.augment.photometric).toBe(true);
    expect(advised.train).toMatchObject({ batch: 4, epochs: 60 });
    const changed = await show('--epochs', '5', '--set', 'augment.flip=0');
    expect(changed.augment).toMatchObject({ photometric: true, flip: 0 });
    expect(changed.train).toMatchObject({ batch: 4, epochs: 5 });
  });

  it('refuses what contradicts itself, and a run that is not there', async () => {
    const dir = await drawn(6);
    const train = (...more: string[]) => inProcess('train', '--project', dir, ...more);
    expect(await train('--from', 'r1', '--init', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--from and --init both say/),
    });
    expect(await train('--from', 'r9')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no run r9/),
    });
  });
});
