import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './folder.ts';

const script = resolve(import.meta.dirname, '../../../scripts/words.mjs');

/** Runs the script over a window of one component, and then once more to check. */
function words(files: Readonly<Record<string, string>>, catalog = '{}') {
  const root = temporaryFolder();
  const all = { ...files, 'words/catalogs/de.json': catalog };
  for (const [name, text] of Object.entries(all)) {
    const path = join(root, 'src/renderer', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const run = (...more: string[]) =>
    spawnSync(process.execPath, [script, root, ...more], { encoding: 'utf8' });
  const { status, stdout } = run();
  const english = readFileSync(join(root, 'src/renderer/words/catalogs/en.json'), 'utf8');
  return { root, status, stdout, english: Object.keys(JSON.parse(english)), check: () => run('--check') };
}

const component = (markup: string, code = '') => ({
  'components/A.svelte': `<script lang="ts">\n${code}\n</script>\n\n${markup}\n`,
});

describe('npm run words', () => {
  it('collects the messages of markup, code and tables, sorted and once', () => {
    const { english, status, check } = words({
      ...component(
        `<p title={t('Zoom')}>{open ? t('Open') : t(ready ? 'Saved' : 'Saving')}</p>{#if a}{t('Open')}{/if}`,
      ),
      'components/b.ts': `export const names = { a: msg('{count, plural, one {# box} other {# boxes}}') };`,
    });
    expect(english).toEqual([
      'Open',
      'Saved',
      'Saving',
      'Zoom',
      '{count, plural, one {# box} other {# boxes}}',
    ]);
    expect([status, check().status]).toEqual([0, 0]);
  });

  it('tells a list that is not up to date', () => {
    const { root, check } = words(component(`<p>{t('Open')}</p>`));
    writeFileSync(join(root, 'src/renderer/components/A.svelte'), `<p>{t('Close')}</p>`);
    expect(check()).toMatchObject({ status: 1, stdout: expect.stringContaining('not up to date') });
  });

  it.each([
    ['a message that is not written out', component('<p>{t(name)}</p>'), 'written out'],
    ['a composed message', component(`<p>{t('boxes of ' + name)}</p>`), 'written out'],
    ['a message without its values', component(`<p>{t('{n} boxes', { m })}</p>`), 'lacks n'],
    ['a message that cannot be parsed', component(`<p>{t('{n boxes', { n })}</p>`), 'cannot be parsed'],
    ['words that would not follow the language', component('<p>{a}</p>', `const a = t('Open');`), 'msg()'],
    ['text in the markup', component('<p>Open it</p>'), 'A.svelte:5: Open it'],
    ['text in a choice', component(`<p>{a ? 'Open' : b}</p>`), 'A.svelte:5: Open'],
    ['text in a name for screen readers', component('<p aria-label="Open {name}"></p>'), 'A.svelte:5: Open'],
    [
      'text that is said',
      component('<p></p>', `function a() { app.say(\`\${n} boxes\`); }`),
      'A.svelte:2: boxes',
    ],
  ])('refuses %s', (_, files, fault) => {
    const { status, stdout } = words(files);
    expect([status, stdout]).toEqual([1, expect.stringContaining(fault)]);
  });

  it('leaves keys, code and what is marked alone', () => {
    const { status } = words(
      component('<kbd>Ctrl</kbd><code>best.json</code><b translate="no">COCO</b><i>{name}</i>'),
    );
    expect(status).toBe(0);
  });

  it('tells translations of no message, and those that ask for what is not there', () => {
    const files = component(`<p>{t('Open')}{t('{n} boxes', { n })}</p>`);
    const { status, stdout } = words(files, JSON.stringify({ Close: 'Zu', '{n} boxes': '{m} Kästen' }));
    expect(status).toBe(1);
    expect(stdout).toContain('de.json: “Close” is no message any more');
    expect(stdout).toContain('asks for m');
    expect(words(files, JSON.stringify({ Open: 'Auf' })).status).toBe(0);
  });
});
