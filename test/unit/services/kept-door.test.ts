import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepDoor, readDoor } from '../../../src/main/services/kept-door.ts';
import { temporaryFolder } from './temporary.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('the door that is kept', () => {
  it('has a secret of its own at first, and the same one afterwards', () => {
    const folder = temporaryFolder();
    const door = readDoor(folder);
    expect(door.ports).toEqual([]);
    expect(readDoor(folder).session).not.toBe(door.session);
    keepDoor(door, 4000, folder);
    expect(readDoor(folder)).toEqual({ ...door, ports: [4000] });
  });

  it('tells the ports of the programs that served last', () => {
    const folder = temporaryFolder();
    for (const port of [4000, 4001, 4002, 4000, 4003, 4004]) keepDoor(readDoor(folder), port, folder);
    expect(readDoor(folder).ports).toEqual([4004, 4003, 4000, 4002]);
  });

  it('is read by the user alone', () => {
    const folder = temporaryFolder();
    keepDoor(readDoor(folder), 4000, folder);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'door.json')).mode & 0o777).toBe(0o600);
  });

  it('has another secret after a month, and where the file is damaged', () => {
    const folder = temporaryFolder();
    const door = readDoor(folder, 0);
    keepDoor(door, 4000, folder);
    expect(readDoor(folder, 29 * DAY_MS).session).toBe(door.session);
    const later = readDoor(folder, 31 * DAY_MS);
    expect(later.session).not.toBe(door.session);
    expect(later.ports).toEqual([4000]);
    writeFileSync(join(folder, 'door.json'), '{"ports":[4');
    expect(readDoor(folder).ports).toEqual([]);
  });
});
