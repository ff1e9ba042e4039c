// The composition root: the services of one open project behind the contract, for any door.
import { randomUUID } from 'node:crypto';
import { EventPublisher } from '@orpc/server';
import type { Notice } from '../shared/contract.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { evaluationRoutes } from './routes/evaluation.ts';
import { glassBoxRoutes } from './routes/glass-box.ts';
import { historyRoutes } from './routes/history.ts';
import { importRoutes } from './routes/imports.ts';
import { labelExportRoutes } from './routes/label-exports.ts';
import { annotationRoutes, classRoutes, imageRoutes } from './routes/labels.ts';
import { exportAt, modelExportRoutes } from './routes/model-exports.ts';
import { os, type Parts, type Shell } from './routes/parts.ts';
import { pictureAt, pictureRoutes } from './routes/pictures.ts';
import { placeRoutes } from './routes/places.ts';
import { folderRoutes, projectRoutes } from './routes/projects.ts';
import { settingsRoutes } from './routes/settings.ts';
import { splitRoutes } from './routes/splits.ts';
import { suggestionRoutes } from './routes/suggestions.ts';
import { recipeRoutes, runRoutes } from './routes/training.ts';
import { weightRoutes } from './routes/weights.ts';
import { Analyst } from './services/analyst.ts';
import { Assistant } from './services/assistant.ts';
import { Evaluating } from './services/evaluating.ts';
import { problemOf } from './services/failures.ts';
import type { ExportArchive } from './services/kept-exports.ts';
import { LiveTraining } from './services/live-training.ts';
import type { Picture } from './services/pictures.ts';
import { Workspace } from './services/workspace.ts';

export { writeDown } from './services/failures.ts';
export { keepDoor, readDoor } from './services/kept-door.ts';
export type { Picture } from './services/pictures.ts';

export type Router = ReturnType<typeof routerOf>;

export interface Backend {
  readonly router: Router;
  /** Opens a project that no window asked for; every window shows it. */
  open(dir: string): Promise<void>;
  /**
   * The picture at an address such as /image/7 of the project that the query names; undefined where there is none.
   * Throws a Problem where another project is open, or the file is missing or damaged; `signal` is of who asks, and may go.
   */
  pictureAt(pathname: string, query: URLSearchParams, signal?: AbortSignal): Promise<Picture | undefined>;
  /** The files of the export at /exports/NAME.zip; undefined for other addresses. Throws a Problem as above. */
  exportAt(pathname: string, query: URLSearchParams): ExportArchive | undefined;
  /** Pauses a training under way and closes the project. */
  close(): Promise<void>;
}

export function createBackend(shell: Shell = {}): Backend {
  const notices = new EventPublisher<{ notice: Notice }>();
  const tell = (notice: Notice) => {
    notices.publish('notice', notice);
    shell.onNotice?.(notice);
  };
  const windows = new Set<string>();
  const birth = randomUUID();
  const training = new LiveTraining(tell);
  const assistant = new Assistant({
    onSuggesting: (progress) => tell({ type: 'suggesting', progress }),
    onSurvey: (progress) => tell({ type: 'survey', progress }),
  });
  const evaluating = new Evaluating((progress) => tell({ type: 'evaluating', progress }));
  const analyst = new Analyst();
  const endWork = () => Promise.all([training.end(), assistant.end(), evaluating.end(), analyst.end()]);
  const workspace = new Workspace(endWork);
  return {
    router: routerOf({
      shell,
      workspace,
      training,
      assistant,
      evaluating,
      analyst,
      notices,
      windows,
      birth,
      tell,
    }),
    open: async (dir) => {
      await workspace.open(dir);
      tell({ type: 'project', dir, session: '' });
    },
    pictureAt: (pathname, query, signal) =>
      pictureAt(workspace, pathname, query, signal).catch((error: unknown) => {
        throw signal?.aborted ? error : problemOf(error, pathname);
      }),
    exportAt: (pathname, query) => exportAt(workspace, pathname, query),
    close: async () => {
      await endWork();
      workspace.close();
    },
  };
}

/** The notices for a window, which is known as open while it listens. */
async function* listening(notices: AsyncIterable<Notice>, session: string, windows: Set<string>) {
  windows.add(session);
  try {
    yield* notices;
  } finally {
    windows.delete(session);
  }
}

function routerOf(parts: Parts & { readonly windows: Set<string> }) {
  return os.router({
    watch: os.watch.handler(({ signal, context: { session } }) => {
      const notices = parts.notices.subscribe('notice', signal ? { signal } : {});
      return listening(notices, session, parts.windows);
    }),
    projects: projectRoutes(parts),
    folders: folderRoutes(parts),
    imports: importRoutes(parts),
    images: imageRoutes(parts),
    pictures: pictureRoutes(parts),
    annotations: annotationRoutes(parts),
    classes: classRoutes(parts),
    bulk: bulkRoutes(parts),
    splits: splitRoutes(parts),
    places: placeRoutes(parts),
    labelExports: labelExportRoutes(parts),
    modelExports: modelExportRoutes(parts),
    history: historyRoutes(parts),
    settings: settingsRoutes(),
    evaluations: evaluationRoutes(parts),
    recipes: recipeRoutes(parts),
    runs: runRoutes(parts),
    weights: weightRoutes(parts),
    suggestions: suggestionRoutes(parts),
    glassBox: glassBoxRoutes(parts),
  });
}
