// Paths as they are typed: whole, from the home folder, or refused with the way to write them.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wholePath } from '../../../src/main/services/typed-path.ts';
import { Problem } from '../../../src/shared/problem.ts';

describe('a typed path', () => {
  it('may be whole, or begin in the home folder', () => {
    expect(wholePath('/data/~/x')).toBe('/data/~/x');
    expect(wholePath(' /data/x ')).toBe('/data/x');
    expect(wholePath('~')).toBe(homedir());
    expect(wholePath('~/crops 2026')).toBe(join(homedir(), 'crops 2026'));
  });

  it('is refused where it begins nowhere', () => {
    for (const typed of ['crops', './crops', '../crops', '~crops/2026']) {
      const failure = (() => {
        try {
          return wholePath(typed);
        } catch (error) {
          return error;
        }
      })();
      expect(failure).toBeInstanceOf(Problem);
      expect((failure as Problem).remedy).toContain(join(homedir(), typed));
    }
  });
});
