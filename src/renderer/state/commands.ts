// Everything that can be done from where the user stands, for the palette.
import { type Action, actionNames, actions } from '../labeling/actions.ts';
import { t, translated } from '../words/words.ts';
import { app } from './app.svelte.ts';
import { act } from './label-actions.ts';
import { panels } from './panels.svelte.ts';
import { settings } from './settings.svelte.ts';
import { trainCommands } from './train-commands.ts';
import { openView, views } from './views.ts';

export interface Command {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  /** Empty where it has none. */
  readonly key: string;
  run(): void;
}

/** Actions that mean something outside the label view. */
const EVERYWHERE: readonly Action[] = ['undo', 'redo', 'keys'];

/** Actions of the view first, then the ways to other views. */
export function commands(): Command[] {
  const names = actionNames.filter(
    (name) => name !== 'palette' && (app.view === 'label' || EVERYWHERE.includes(name)),
  );
  const own = names.map((name) => {
    const { text, group } = actions[name];
    return {
      id: name,
      group: translated(group),
      text: translated(text),
      key: settings.keymap.shown(name),
      run: () => act(name),
    };
  });
  return [...(app.project ? [...own, ...trainCommands()] : []), ...ways()];
}

function ways(): Command[] {
  const go = views.map(({ view, name }) => ({
    id: `view-${view}`,
    group: t('Go to'),
    text: translated(name),
    key: '',
    run: () => openView(view),
  }));
  const theme = app.theme === 'dark' ? 'light' : 'dark';
  return [
    ...(app.project ? go : []),
    ...(app.project
      ? [
          {
            id: 'projects',
            group: t('Go to'),
            text: t('All projects'),
            key: '',
            run: () => app.go('welcome'),
          },
        ]
      : []),
    {
      id: 'theme',
      group: t('Window'),
      text: theme === 'light' ? t('Use the light theme') : t('Use the dark theme'),
      key: '',
      run: () => app.setTheme(theme),
    },
    ...(app.themeChoice === 'system'
      ? []
      : [
          {
            id: 'system-theme',
            group: t('Window'),
            text: t('Light or dark: as the system'),
            key: '',
            run: () => app.setTheme('system'),
          },
        ]),
  ];
}

/** True for the key of the palette, which works everywhere. */
export function opensPalette(event: KeyboardEvent): boolean {
  return settings.keymap.actionFor(event) === 'palette' && !panels.takesKeys;
}
