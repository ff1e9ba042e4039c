// Exports of the open project's labels.
import { Problem } from '../../shared/problem.ts';
import { exportProjectLabels, labelExportReport } from '../services/label-export.ts';
import { wholePath } from '../services/typed-path.ts';
import { os, type Parts, progressOf } from './parts.ts';

export function labelExportRoutes(parts: Parts) {
  const { workspace, shell } = parts;
  /** Session -> folder: a page opens no folder but the one it just had written. */
  const written = new Map<string, string>();
  return os.labelExports.router({
    report: os.labelExports.report.handler(({ input: { project, ...wish } }) =>
      labelExportReport(workspace.meant(project), wish),
    ),
    run: os.labelExports.run.handler(
      async ({ input: { project, dir, ...wish }, context: { session }, signal }) => {
        const onProgress = progressOf(parts, session);
        const target = wholePath(dir);
        const result = await exportProjectLabels(workspace.meant(project), wish, target, {
          onProgress,
          signal,
        });
        written.set(session, result.dir);
        return result;
      },
    ),
    show: os.labelExports.show.handler(async ({ context: { session } }) => {
      const dir = written.get(session);
      if (!dir || !shell.showFolder) throw new Problem('There is no file manager to show the folder in.');
      await shell.showFolder(dir);
    }),
  });
}
