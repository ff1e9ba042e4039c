// What can be done to trainings from the Train view by a key, and from anywhere by the palette.

import { app } from './app.svelte.ts';
import { experiments } from './experiments.svelte.ts';
import { recipeChoice } from './recipe.svelte.ts';
import { ask, pause, stop } from './run-actions.svelte.ts';
import { training } from './training.svelte.ts';

/** What makes sense as things stand. */
export function trainCommands() {
  const { live, run, runs } = training;
  const liveRun = runs.find(({ id }) => id === live?.runId);
  const known = [
    recipeChoice.mayTrain &&
      command('fine-tune', live ? 'Queue this training' : 'Fine-tune', 'F', () => recipeChoice.train()),
    live && command('pause', 'Pause the training', 'P', pause),
    live && command('stop', 'Stop the training after this epoch', 'E', stop),
    liveRun && command('kill', 'Kill the training', 'K', () => ask('kill', liveRun)),
    !live && run?.canResume && command('resume', `Resume ${run.name}`, 'P', () => training.resume(run.id)),
    experiments.checked.size > 1 && command('compare', 'Compare the runs', 'C', () => experiments.compare()),
  ];
  return known.filter((one) => typeof one === 'object' && one !== null);
}

function command(id: string, text: string, key: string, act: () => unknown) {
  return {
    id: `train-${id}`,
    group: 'Train',
    text,
    key,
    run: () => {
      app.go('train');
      act();
    },
  };
}
