// Everything that can be done from where the user stands, for the palette.
import { type Action, actionNames, actions } from '../labeling/actions.ts';
import { t, translated } from '../words/words.ts';
import { app, type View } from './app.svelte.ts';
import { imageCommands } from './image-commands.ts';
import { act } from './label-actions.ts';
import { panels } from './panels.svelte.ts';
import { settings } from './settings.svelte.ts';
import { theme } from './theme.svelte.ts';
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

/** What can be done by key in a view. Undo is for labels and images: elsewhere nobody would see what it takes back. */
export function actionsIn(view: View): readonly Action[] {
  if (view === 'label') return actionNames;
  return view === 'images' ? ['undo', 'redo', 'keys', 'palette'] : ['keys', 'palette'];
}

/** Actions of the view first, then the ways to other views. */
export function commands(): Command[] {
  const names = actionsIn(app.view).filter((name) => name !== 'palette');
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
  return [
    ...(app.project ? [...own, ...ofSuggestions(), ...imageCommands(), ...trainCommands()] : []),
    ...ways(),
  ];
}

function ofSuggestions(): Command[] {
  if (app.view !== 'label') return [];
  const run = () => {
    panels.suggestMany = true;
  };
  return [{ id: 'suggest-many', group: t('Suggestions'), text: t('Suggest for many images'), key: '', run }];
}

function ways(): Command[] {
  const go = views.map(({ view, name }) => ({
    id: `view-${view}`,
    group: t('Go to'),
    text: translated(name),
    key: '',
    run: () => openView(view),
  }));
  const other = theme.shown === 'dark' ? 'light' : 'dark';
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
      text: other === 'light' ? t('Use the light theme') : t('Use the dark theme'),
      key: '',
      run: () => theme.choose(other),
    },
    ...(theme.choice === 'system'
      ? []
      : [
          {
            id: 'system-theme',
            group: t('Window'),
            text: t('Light or dark: as the system'),
            key: '',
            run: () => theme.choose('system'),
          },
        ]),
  ];
}
