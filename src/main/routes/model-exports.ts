// Exports of the open project's models.
import { Problem } from '../../shared/problem.ts';
import { exportDir, exportIntoProject, exportSnippets, keptExports } from '../services/kept-exports.ts';
import { compact, os, type Parts, progressOf } from './parts.ts';

const STAGES = {
  tracing: 'Reading the network',
  writing: 'Writing',
  proving: 'Proving it on images',
} as const;

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
    show: os.modelExports.show.handler(async ({ input: { name } }) => {
      const dir = exportDir(workspace.project, name);
      if (!shell.showFolder) throw new Problem('There is no file manager to show the folder in.');
      await shell.showFolder(dir);
    }),
  });
}
