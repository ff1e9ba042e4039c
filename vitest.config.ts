// The stages of `npm test`: quick ones (unit, golden), the doors end to end, and long runs on real data.
import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

// every file in a process of its own: TensorFlow's binding is loaded once per process and never unloaded
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'golden',
          include: ['test/golden/**/*.test.ts'],
          testTimeout: 3 * MINUTE,
          // detectors are built there
          hookTimeout: 3 * MINUTE,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          setupFiles: ['test/e2e/tell-failures.ts'],
          testTimeout: 5 * MINUTE,
          // the window may have to be built first
          hookTimeout: 5 * MINUTE,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          setupFiles: ['test/e2e/tell-failures.ts'],
          testTimeout: 40 * MINUTE,
          hookTimeout: 5 * MINUTE,
          fileParallelism: false,
        },
      },
    ],
  },
});
