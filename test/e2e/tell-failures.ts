// Before every file of the stages that open windows: each failure is told with what was seen then.
import { afterEach } from 'vitest';
import { seenAtFailure } from './seen-at-failure.ts';

afterEach(async ({ task }) => {
  const errors = task.result?.errors ?? [];
  if (errors.length === 0) return;
  const seen = await seenAtFailure(task.name);
  for (const error of errors) {
    error.message = `${error.message}\n${seen}`;
    error.stack = error.message;
  }
});
