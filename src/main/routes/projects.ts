// Projects and folders.
import { listFolders } from '../services/folders.ts';
import { forgetProject } from '../services/recent-projects.ts';
import { os, type Parts, progressOf } from './parts.ts';

export function projectRoutes(parts: Parts) {
  const { workspace, shell, training, assistant, evaluating, analyst, tell } = parts;
  const changing = async <T>(work: () => Promise<T>): Promise<T> => {
    await Promise.all([training.end(), assistant.end(), evaluating.end(), analyst.end()]);
    const result = await work();
    tell({ type: 'project', dir: workspace.state().project?.dir ?? null });
    return result;
  };
  return os.projects.router({
    state: os.projects.state.handler(({ context: { session } }) => ({
      ...workspace.state(),
      session,
      hasFolderDialog: shell.choosePath !== undefined,
      hasFileManager: shell.showFolder !== undefined,
    })),
    create: os.projects.create.handler(({ input }) =>
      changing(() => workspace.create(input.dir, input.name)),
    ),
    open: os.projects.open.handler(({ input }) => changing(() => workspace.open(input.dir))),
    sample: os.projects.sample.handler(() => changing(() => workspace.sample())),
    offers: os.projects.offers.handler(() => workspace.offers()),
    openOffer: os.projects.openOffer.handler(async ({ input: { id }, context: { session }, signal }) => {
      await workspace.fetchOffer(id, { onProgress: progressOf(parts, session), signal });
      return changing(() => workspace.openOffer(id));
    }),
    close: os.projects.close.handler(() => changing(async () => workspace.close())),
    glance: os.projects.glance.handler(({ input }) => workspace.glances.at(input.dir)),
    forget: os.projects.forget.handler(({ input }) => forgetProject(input.dir)),
  });
}

export function folderRoutes({ shell }: Parts) {
  return os.folders.router({
    list: os.folders.list.handler(({ input }) => listFolders(input.path, input.files)),
    choose: os.folders.choose.handler(({ input }) => shell.choosePath?.(input.title, input.kind) ?? null),
  });
}
