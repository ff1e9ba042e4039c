// Which project is open, as windows ask for it: the one before is left only for another, and nobody is led away.
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backend, createBackend } from '../../../src/main/backend.ts';
import { drawSampleData } from '../../../src/main/services/sample-data.ts';
import type { Notice } from '../../../src/shared/contract.ts';
import { digest, filesOf, type SampleServer, serveSample } from '../../sample-server.ts';
import { temporaryFolder } from '../services/temporary.ts';

describe('the open project', () => {
  let folder: string;
  let backend: Backend;
  let notices: Notice[];

  beforeEach(() => {
    folder = temporaryFolder();
    process.env.DDOD_CONFIG_DIR = join(folder, 'config');
    process.env.DDOD_PROJECTS_DIR = join(folder, 'projects');
    notices = [];
    backend = createBackend({ onNotice: (notice) => notices.push(notice) });
  });
  afterEach(async () => {
    await backend.close();
    delete process.env.DDOD_RESOURCES;
  });

  const client = () => createRouterClient(backend.router, { context: { session: 'w1' } });
  const openNow = async () => (await client().projects.state()).project?.name;

  it('stays open and is told to nobody where it is opened again, and where another cannot be', async () => {
    const { dir } = await client().projects.create({ dir: join(folder, 'one'), name: 'One' });
    expect(notices).toEqual([{ type: 'project', dir, session: 'w1' }]);
    expect((await client().projects.open({ dir })).name).toBe('One');
    await expect(client().projects.open({ dir: folder })).rejects.toThrow('not a DDOD Studio project');
    await expect(client().projects.create({ dir, name: 'Two' })).rejects.toThrow('already holds');
    expect(notices).toHaveLength(1);
    expect(await openNow()).toBe('One');
  });

  it('is made where the path says from ~ on, and nowhere for half a path', async () => {
    const home = process.env.HOME;
    process.env.HOME = folder;
    try {
      const { dir } = await client().projects.create({ dir: '~/crops', name: 'Crops' });
      expect(dir).toBe(join(folder, 'crops'));
      expect((await client().folders.list({ path: '~/' })).folders).toContain('crops');
      const half = client().projects.create({ dir: 'crops', name: 'Crops' });
      await expect(half).rejects.toThrow('"crops" does not say where it begins.');
      await expect(client().projects.open({ dir: 'crops' })).rejects.toThrow('where it begins');
      const { project } = await client().projects.state();
      const source = { project: project?.id ?? '', source: 'crops', format: 'auto' } as const;
      await expect(client().imports.preview(source)).rejects.toThrow('where it begins');
      const place = { project: project?.id ?? '', dir: 'crops' };
      await expect(client().places.relocate(place)).rejects.toThrow('where it begins');
    } finally {
      process.env.HOME = home;
    }
  });

  describe('beside a download', () => {
    let server: SampleServer;

    beforeEach(async () => {
      await drawSampleData(join(folder, 'set', 'cells'), 2);
      const files = filesOf(join(folder, 'set'));
      server = await serveSample(files);
      const resources = join(folder, 'resources');
      cpSync(fileURLToPath(new URL('../../../resources', import.meta.url)), resources, { recursive: true });
      const size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
      const sample = {
        ...{
          id: 'few',
          name: 'Few cells',
          text: 'Drawn.',
          images: 2,
          author: 'A',
          licence: 'CC0',
          home: 'x',
        },
        ...{ url: server.url, keep: ['cells/'], source: 'cells', format: 'voc', size, sha256: digest(files) },
      };
      writeFileSync(join(resources, 'samples.json'), JSON.stringify({ samples: [sample] }));
      process.env.DDOD_RESOURCES = resources;
      mkdirSync(join(folder, 'projects'));
    });
    afterEach(() => server.close());

    it('is not left for it where it was opened meanwhile', async () => {
      server.stallAfter = 1000;
      const offered = client().projects.openOffer({ id: 'few' });
      await expect.poll(() => server.asked).toBe(1);
      await client().projects.create({ dir: join(folder, 'one'), name: 'One' });
      server.goOn();
      expect(await offered).toBeNull();
      expect(await openNow()).toBe('One');
      expect(existsSync(join(folder, 'projects', 'Few cells', 'images'))).toBe(true);
      server.stallAfter = server.packed.length;
      expect(await client().projects.openOffer({ id: 'few' })).toMatchObject({ name: 'Few cells' });
    });

    it('is left alone where the one who asked for it is gone', async () => {
      server.stallAfter = 1000;
      const gone = new AbortController();
      const offered = client().projects.openOffer({ id: 'few' }, { signal: gone.signal });
      await expect.poll(() => server.asked).toBe(1);
      gone.abort();
      await expect(offered).rejects.toThrow();
      expect(await openNow()).toBeUndefined();
    });
  });
});
