import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeLock } from '../../../scripts/complete-lock.mjs';
import { installedAsLocked, packagesStep } from '../../../scripts/setup/packages.mjs';
import { hashFile, hashOf, readStamp, writeStamp } from '../../../scripts/setup/stamp.mjs';
import { contextIn, temporaryFolder } from './folder.ts';

const HELLO_SHA256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

function writeJson(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

describe('stamps', () => {
  it('are read back as written, with no draft left beside them', () => {
    const dir = temporaryFolder();
    const file = join(dir, 'deep', 'stamp.json');
    writeStamp(file, { key: 'a' });
    writeStamp(file, { key: 'b' });
    expect(readStamp(file)).toEqual({ key: 'b' });
    expect(readdirSync(dirname(file))).toEqual(['stamp.json']);
  });

  it('count as absent when half-written', () => {
    const file = join(temporaryFolder(), 'stamp.json');
    expect(readStamp(file)).toBeUndefined();
    writeFileSync(file, '{"key": "a');
    expect(readStamp(file)).toBeUndefined();
  });

  it('hash parts apart from one another', () => {
    expect(hashOf(['ab', 'c'])).not.toBe(hashOf(['a', 'bc']));
  });

  it('hash files as sha256sum does', async () => {
    const file = join(temporaryFolder(), 'hello');
    writeFileSync(file, 'hello');
    expect(await hashFile(file)).toBe(HELLO_SHA256);
  });
});

describe('the packages step', () => {
  const lock = (version: string) => ({
    packages: {
      '': {},
      'node_modules/a': { version },
      'node_modules/b': { version: '1.0.0', optional: true },
    },
  });

  it('has nothing to do where npm installed what the lock file says', () => {
    const context = contextIn(temporaryFolder());
    writeJson(join(context.root, 'package-lock.json'), lock('1.0.0'));
    writeJson(join(context.root, 'node_modules', '.package-lock.json'), {
      packages: { 'node_modules/a': { version: '1.0.0' } },
    });
    expect(packagesStep.ready(context)).toBe(true);
  });

  it('has work where the lock file moved on, or nothing is installed', () => {
    const context = contextIn(temporaryFolder());
    writeJson(join(context.root, 'package-lock.json'), lock('1.0.0'));
    expect(packagesStep.ready(context)).toBe(false);
    const installed = { packages: { 'node_modules/a': { version: '1.0.0' } } };
    writeJson(join(context.root, 'node_modules', '.package-lock.json'), installed);
    expect(packagesStep.ready(context)).toBe(true);
    writeJson(join(context.root, 'package-lock.json'), lock('2.0.0'));
    expect(installedAsLocked(context.root)).toBe(false);
    expect(packagesStep.ready(context)).toBe(false);
  });
});

describe('completing the lock file', () => {
  it('adds the builds for other systems once, and nothing else', () => {
    const optionalDependencies = {
      '@x/cli-darwin-arm64': '1.2.3',
      '@x/cli-linux-x64-musl': '1.2.3',
      extra: '^1.0.0',
    };
    const packages: Record<string, object> = {
      'node_modules/@x/x': { version: '1.2.3', dev: true, optionalDependencies },
      'node_modules/@x/x/node_modules/@x/cli-linux-x64-musl': { version: '1.2.3' },
    };
    expect(completeLock(packages)).toBe(1);
    expect(packages['node_modules/@x/cli-darwin-arm64']).toEqual({
      version: '1.2.3',
      cpu: ['arm64'],
      dev: true,
      optional: true,
      os: ['darwin'],
    });
    expect(completeLock(packages)).toBe(0);
  });
});
