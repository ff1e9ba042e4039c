// What can be done to trainings from the Train view by a key, and from anywhere by the palette.

import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { experiments } from './experiments.svelte.ts';
import { recipeChoice } from './recipe.svelte.ts';
import { ask, pause, releaseQueue, stop } from './run-actions.svelte.ts';
import { training } from './training.svelte.ts';

/** What makes sense as things stand. */
export function trainCommands() {
  const { live, run, runs, doing } = training;
  const liveRun = runs.find(({ id }) => id === live?.runId);
  const known = [
    recipeChoice.mayTrain &&
      !doing &&
      command('fine-tune', live ? t('Queue this training') : t('Fine-tune'), 'F', () => recipeChoice.train()),
    live && command('pause', t('Pause the training'), 'P', pause),
    live?.phase === 'stopping'
      ? command('unstop', t('Go on after this epoch'), 'E', () => stop(false))
      : live && command('stop', t('Stop the training after this epoch'), 'E', stop),
    liveRun && command('kill', t('Kill the training'), 'K', () => ask('kill', liveRun)),
    !live &&
      !doing &&
      run?.canResume &&
      command('resume', t('Resume {name}', { name: run.name }), 'P', () => training.resume(run.id)),
    training.held && command('queue', t('Go on with the queue'), 'Q', releaseQueue),
    experiments.checked.size > 1 &&
      command('compare', t('Compare the runs'), 'C', () => experiments.compare()),
  ];
  return known.filter((one) => typeof one === 'object' && one !== null);
}

function command(id: string, text: string, key: string, act: () => unknown) {
  return {
    id: `train-${id}`,
    group: t('Train'),
    text,
    // elsewhere it does something else
    key: app.view === 'train' ? key : '',
    run: () => {
      app.go('train');
      act();
    },
  };
}
