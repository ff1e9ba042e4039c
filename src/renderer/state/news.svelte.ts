// What a person should hear of trainings while looking elsewhere: a message here, and outside the window where they allow it.
import type { Notice, RunSummary } from '../../shared/contract.ts';
import { percent } from '../views/figures.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';

const KEPT = 'news';

class News {
  readonly possible = typeof Notification !== 'undefined' && Notification.permission !== 'denied';
  wanted = $state(
    localStorage.getItem(KEPT) === 'yes' && this.possible && Notification.permission === 'granted',
  );

  /** Asks the system only when a person asked for it. */
  async want(wanted: boolean): Promise<void> {
    this.wanted = wanted && (await Notification.requestPermission()) === 'granted';
    localStorage.setItem(KEPT, this.wanted ? 'yes' : 'no');
    if (wanted && !this.wanted) app.say(t('The system does not allow notifications from here.'));
  }

  hear(notice: Notice): void {
    if (notice.type === 'run-ended') this.#tell(endWords(notice.run), notice.run);
    if (notice.type === 'run-told' && notice.level !== 'info' && app.view !== 'train') app.say(notice.line);
  }

  #tell(words: string, run: RunSummary): void {
    if (app.view !== 'train') app.say(words);
    if (!this.wanted || document.hasFocus()) return;
    const note = new Notification(words, { body: run.cause ?? app.project?.name ?? '', tag: run.id });
    note.onclick = () => {
      window.focus();
      app.go('train');
    };
  }
}

function endWords({ name, status, best }: RunSummary): string {
  if (status === 'done' && best) return t('{name} is done with AP {ap}.', { name, ap: percent(best.AP) });
  if (status === 'done') return t('{name} is done.', { name });
  if (status === 'failed') return t('{name} failed.', { name });
  return t(
    '{name} is {status, select, paused {paused} stopped {stopped} queued {queued} running {running} other {{status}}}.',
    {
      name,
      status,
    },
  );
}

export const news = new News();
