// A trained detector made ready, whatever it came as.
import type { ModelSource } from './job.ts';
import { lookAtFiles, type OpenDetector } from './looking.ts';
import { openExported } from './open-exported.ts';
import { TracedDetector } from './open-traced.ts';
import { readModel } from './read-model.ts';

/** Reads a detector and makes it ready; graphs traced of it are kept in `cache`. Throws a Problem where it is none. */
export async function openDetector(source: ModelSource, cache: string): Promise<OpenDetector> {
  return source.kind === 'exported' ? await openAsIs(source) : new TracedDetector(readModel(source), cache);
}

/** An exported model; of its inside nothing is seen. */
async function openAsIs(source: Extract<ModelSource, { kind: 'exported' }>): Promise<OpenDetector> {
  const { detector, recipe, classes } = await openExported(source);
  return {
    classes,
    runtime: detector.runtime,
    hindrance: null,
    look: (images, scoreThresh) => lookAtFiles(detector, recipe, images, scoreThresh),
    dispose: () => void detector.close(),
  };
}
