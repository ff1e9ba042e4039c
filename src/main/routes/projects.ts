// Projects and folders.
import type { Project } from '../../shared/model.ts';
import { listFolders } from '../services/folders.ts';
import { forgetProject } from '../services/recent-projects.ts';
import { wholePath } from '../services/typed-path.ts';
import { os, type Parts, progressOf } from './parts.ts';

export function projectRoutes(parts: Parts) {
  const { workspace, shell, birth, tell } = parts;
  const current = () => workspace.state().project?.id;
  /** Every window shows what is open now. */
  const changing = async (session: string, work: () => Promise<Project>): Promise<Project> => {
    const before = current();
    const project = await work();
    if (project.id !== before) tell({ type: 'project', dir: project.dir, session });
    return project;
  };
  return os.projects.router({
    state: os.projects.state.handler(({ context: { session } }) => ({
      ...workspace.state(),
      session,
      birth,
      hasFolderDialog: shell.choosePath !== undefined,
      hasFileManager: shell.showFolder !== undefined,
    })),
    create: os.projects.create.handler(({ input, context: { session } }) =>
      changing(session, () => workspace.create(wholePath(input.dir), input.name)),
    ),
    open: os.projects.open.handler(({ input, context: { session } }) =>
      changing(session, () => workspace.open(wholePath(input.dir))),
    ),
    sample: os.projects.sample.handler(({ context: { session } }) =>
      changing(session, () => workspace.sample()),
    ),
    offers: os.projects.offers.handler(() => workspace.offers()),
    openOffer: os.projects.openOffer.handler(async ({ input: { id }, context: { session }, signal }) => {
      const before = current();
      await workspace.fetchOffer(id, { onProgress: progressOf(parts, session), signal });
      signal?.throwIfAborted();
      // a download may take long: nobody is led away from what was opened meanwhile
      return current() === before ? changing(session, () => workspace.openOffer(id)) : null;
    }),
    glance: os.projects.glance.handler(({ input }) => workspace.glances.at(input.dir)),
    forget: os.projects.forget.handler(({ input }) => forgetProject(input.dir)),
  });
}

export function folderRoutes({ shell }: Parts) {
  return os.folders.router({
    list: os.folders.list.handler(({ input: { path, files } }) =>
      listFolders(path === undefined ? undefined : wholePath(path), files),
    ),
    choose: os.folders.choose.handler(({ input }) => shell.choosePath?.(input.title, input.kind) ?? null),
  });
}
