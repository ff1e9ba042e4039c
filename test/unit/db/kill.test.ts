// A writer killed at any moment loses at most the gesture in flight.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openProject } from '../../../src/main/services/projects.ts';
import { closing, labellingProject } from '../services/temporary.ts';

const writer = join(import.meta.dirname, 'gesture-writer.ts');
const ROUNDS = 6;

/** Runs the writer, kills it some moments after its first gesture, returns the gestures it said were saved. */
async function writeUntilKilled(dir: string, delay: number): Promise<number[]> {
  const child = spawn(process.execPath, [writer, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data: Buffer) => {
    if (said === '') setTimeout(() => child.kill('SIGKILL'), delay);
    said += data.toString();
  });
  await once(child, 'close');
  return said
    .split('\n')
    .slice(0, -1)
    .filter((line) => line !== 'ready')
    .map(Number);
}

describe('kill -9 while gestures are written', () => {
  it('keeps every gesture that was acknowledged, the file whole, the lock free', async () => {
    const { project } = labellingProject(1);
    project.classes.add({ name: 'cat' }, 'test');
    project.close();
    let total = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const acknowledged = await writeUntilKilled(project.dir, 40 + 70 * Math.random());
      const sqlite = new Sqlite(join(project.dir, 'project.db'));
      expect(sqlite.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(sqlite.pragma('foreign_key_check')).toEqual([]);
      sqlite.close();
      const again = closing(openProject(project.dir));
      const image = again.annotations.images()[0]!;
      const seqs = again.annotations.history(image.id, 1_000_000).map((entry) => entry.seq);
      expect(acknowledged.filter((seq) => !seqs.includes(seq))).toEqual([]);
      const unsaid = seqs.length - total - acknowledged.length;
      expect([0, 1]).toContain(unsaid);
      expect(again.annotations.labels(image.id).boxes).toHaveLength(seqs.length);
      total = seqs.length;
      again.close();
    }
    expect(total).toBeGreaterThan(0);
  }, 60_000);

  it('finds the project open elsewhere while the writer lives', async () => {
    const { project } = labellingProject(1);
    project.classes.add({ name: 'cat' }, 'test');
    project.close();
    const child = spawn(process.execPath, [writer, project.dir], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    expect(() => openProject(project.dir)).toThrow(`already open for writing (process ${child.pid}`);
    const reader = closing(openProject(project.dir, { readOnly: true }));
    expect(reader.annotations.count()).toBe(1);
    expect(() => reader.classes.add({ name: 'dog' }, 'test')).toThrow('reading only');
    child.kill('SIGKILL');
    await once(child, 'close');
    closing(openProject(project.dir));
  }, 30_000);
});
