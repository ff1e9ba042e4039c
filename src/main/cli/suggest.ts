// ddod predict --suggest: what a model finds on a project's images, kept as suggestions to take or leave in the window.
import { existsSync } from 'node:fs';
import { counted } from '../../shared/counted.ts';
import type { OpenProject } from '../services/projects.ts';
import { suggestMany, type Which } from '../services/suggesting.ts';
import { DetectorProcess } from '../trainer/launch-detector.ts';
import { withProject } from './arguments.ts';
import { type Console, WrongUsage } from './console.ts';

export interface SuggestArguments {
  readonly project?: string;
  /** Of the project; its best checkpoint, or the last with `last`. */
  readonly run?: string;
  readonly checkpoint: 'best' | 'last';
  readonly model?: string;
  readonly which: 'all' | 'unlabelled';
}

/** Has a model look at a project's images and keeps what it finds. */
export function suggest(options: SuggestArguments, console: Console): Promise<void> {
  const { project: dir, which } = options;
  if (dir === undefined)
    throw new WrongUsage('Suggestions are kept in a project.', 'Give --project, and --run or --model.');
  return withProject(dir, {}, async (project) => {
    const detector = new DetectorProcess();
    const { onProgress, onWarning } = console.listeners('looking at');
    try {
      const ended = await suggestMany(
        detector,
        project,
        keyOf(project, options),
        { kind: which } satisfies Which,
        {
          onProgress: ({ done, of }) => onProgress(done, of),
          onWarning,
        },
      );
      const { model, done, found, unreadable } = ended;
      const document = { model, images: done, suggestions: found, unreadable };
      console.result(
        document,
        `${counted(found, 'suggestion', 'suggestions')} on ${counted(done, 'image', 'images')}; take or leave them in the window`,
      );
    } finally {
      detector.close();
    }
  });
}

function keyOf(project: OpenProject, { run, model, checkpoint }: SuggestArguments): string {
  if (run !== undefined) return `${project.runs.get(run).id}/${checkpoint}`;
  if (model !== undefined && existsSync(model)) return model;
  throw new WrongUsage(
    'There is no model to suggest with.',
    'Give --run, or --model with a file or a folder.',
  );
}
