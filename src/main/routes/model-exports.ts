// Exports of the open project's models.
import { exportName } from '../../shared/contract/model-exports.ts';
import { decoded } from '../../shared/decoded.ts';
import { Problem } from '../../shared/problem.ts';
import {
  type ExportArchive,
  exportArchive,
  exportDir,
  exportIntoProject,
  exportSnippets,
  keptExports,
  removeExport,
} from '../services/kept-exports.ts';
import type { Workspace } from '../services/workspace.ts';
import { compact, os, type Parts, progressOf } from './parts.ts';

const STAGES = {
  tracing: 'Reading the network',
  writing: 'Writing',
  proving: 'Proving it on images',
} as const;

/** The export at /exports/NAME.zip?project=ID; undefined for other addresses. Throws a Problem where there is none. */
export function exportAt(
  workspace: Workspace,
  pathname: string,
  query: URLSearchParams,
): ExportArchive | undefined {
  const encoded = /^\/exports\/([^/]+)\.zip$/.exec(pathname)?.[1];
  const name = exportName.safeParse(encoded && decoded(encoded)).data;
  if (name === undefined) return undefined;
  return exportArchive(workspace.meant(query.get('project') ?? ''), name);
}

export function modelExportRoutes(parts: Parts) {
  const { workspace, shell } = parts;
  return os.modelExports.router({
    list: os.modelExports.list.handler(() => keptExports(workspace.project)),
    run: os.modelExports.run.handler(({ input: { project, ...wish }, context: { session }, signal }) => {
      const told = progressOf(parts, session);
      const onProgress = (stage: keyof typeof STAGES, done: number, of: number) =>
        told(done, of, STAGES[stage]);
      return exportIntoProject(workspace.meant(project), wish, compact({ onProgress, signal }));
    }),
    snippets: os.modelExports.snippets.handler(({ input: { name } }) =>
      exportSnippets(workspace.project, name),
    ),
    remove: os.modelExports.remove.handler(({ input: { project, name } }) =>
      removeExport(workspace.meant(project), name),
    ),
    show: os.modelExports.show.handler(async ({ input: { name } }) => {
      const dir = exportDir(workspace.project, name);
      if (!shell.showFolder) throw new Problem('There is no file manager to show the folder in.');
      await shell.showFolder(dir);
    }),
  });
}
