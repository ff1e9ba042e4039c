// The one project that is open, and what changes which one that is: create, open, the drawn sample.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SampleOffer, StartState } from '../../shared/contract.ts';
import type { Project } from '../../shared/model.ts';
import { Problem } from '../../shared/problem.ts';
import { asProblem } from '../db/sqlite-problem.ts';
import { stageImport } from '../formats/stage.ts';
import { withHashes } from './datasets.ts';
import { writeDown } from './failures.ts';
import { Glances } from './glances.ts';
import { ImportDesk } from './import-desk.ts';
import { createProject, isProject, type OpenProject, openProject } from './projects.ts';
import { fetchRealSample, type RealSample, realSamples, type Watched } from './real-samples.ts';
import { configDir, recentProjects, rememberProject } from './recent-projects.ts';
import { drawSampleData } from './sample-data.ts';

const SAMPLE_NAME = 'Sample cells';
const SAMPLE_IMAGES = 60;

export class Workspace {
  /** Datasets looked at, on their way into the open project. */
  readonly imports = new ImportDesk();
  readonly glances = new Glances();
  readonly #leave: () => Promise<unknown>;
  #project: OpenProject | undefined;
  #changing: Promise<unknown> = Promise.resolve();

  /** `leave` ends what goes on in the open project, before it is closed for another. */
  constructor(leave: () => Promise<unknown> = () => Promise.resolve()) {
    this.#leave = leave;
  }

  /** The open project. Throws a Problem where none is. */
  get project(): OpenProject {
    if (this.#project) return this.#project;
    throw new Problem('No project is open.', 'Open or create one first.', 'elsewhere');
  }

  /** The open project, where it is the one that a window means. Throws a Problem where another was opened meanwhile. */
  meant(projectId: string): OpenProject {
    const { project } = this;
    if (project.info().id === projectId) return project;
    throw new Problem(
      'Another project was opened meanwhile.',
      'Nothing was changed; load the window again.',
      'elsewhere',
    );
  }

  state(): Omit<StartState, 'hasFolderDialog' | 'hasFileManager' | 'session' | 'birth'> {
    return {
      project: this.#project?.info() ?? null,
      recent: recentProjects(),
      firstStart: !existsSync(join(configDir(), 'recent.json')),
      projectsFolder: projectsFolder(),
    };
  }

  create(dir: string, name: string): Promise<Project> {
    return this.#change(() => createProject(resolve(dir), name));
  }

  open(dir: string): Promise<Project> {
    return this.#open(resolve(dir), openProject);
  }

  /** Opens the labelled sample, drawn on first use. */
  sample(): Promise<Project> {
    return this.#open(join(projectsFolder(), SAMPLE_NAME), sampleProject);
  }

  /** The real datasets that can be had as sample projects. */
  offers(): SampleOffer[] {
    return realSamples().map(({ id, name, text, images, author, licence, home, size }) => ({
      ...{ id, name, text, images, author, licence, home, size },
      isHere: isProject(join(projectsFolder(), name)),
    }));
  }

  /** Has the images of a real sample, downloaded where they are not here. Nothing is opened yet. */
  async fetchOffer(id: string, watched: Watched): Promise<void> {
    const sample = offered(id);
    const dir = join(projectsFolder(), sample.name);
    await fetchRealSample(sample, join(dir, 'images'), watched);
  }

  /** Opens a real sample whose images are here. */
  openOffer(id: string): Promise<Project> {
    const { name, source } = offered(id);
    const images = (dir: string) => join(dir, 'images', source);
    return this.#open(join(projectsFolder(), name), (dir) => labelled(dir, name, images(dir)));
  }

  close(): void {
    this.imports.clear();
    this.#project?.close();
    this.#project = undefined;
  }

  /** The project of a folder: the one that is open stays so. */
  #open(dir: string, open: (dir: string) => OpenProject | Promise<OpenProject>): Promise<Project> {
    return this.#change(() => (this.#project?.dir === dir && isProject(dir) ? this.#project : open(dir)));
  }

  /** One change at a time: the old project is left only when the new one could be opened. */
  #change(open: () => OpenProject | Promise<OpenProject>): Promise<Project> {
    const work = this.#changing.then(async () => {
      const project = await open();
      if (project !== this.#project) await this.#exchange(project);
      const info = project.info();
      remember(info);
      return info;
    });
    this.#changing = work.catch(() => undefined);
    return work;
  }

  async #exchange(project: OpenProject): Promise<void> {
    try {
      await this.#leave();
    } catch (error) {
      project.close();
      throw error;
    }
    this.close();
    this.#project = project;
  }
}

/** A list of shortcuts that cannot be written is no reason to stay out. */
function remember({ dir, name }: Project): void {
  try {
    rememberProject(dir, name);
  } catch (error) {
    writeDown(error, 'the list of recent projects');
  }
}

/** Where projects go unless the user says otherwise. */
function projectsFolder(): string {
  return resolve(process.env.DDOD_PROJECTS_DIR ?? join(homedir(), 'DDOD Studio'));
}

async function sampleProject(dir: string): Promise<OpenProject> {
  const images = join(dir, 'images');
  if (!isProject(dir))
    await drawSampleData(images, SAMPLE_IMAGES).catch((error: unknown) => {
      throw asProblem(error, dir);
    });
  return labelled(dir, SAMPLE_NAME, images);
}

/** A project of labelled images, made where it is not there; one that a crash left without them gets them. */
async function labelled(dir: string, name: string, images: string): Promise<OpenProject> {
  const project = isProject(dir) ? openProject(dir) : createProject(dir, name);
  if (project.datasets.imports().length > 0) return project;
  try {
    const { dataset } = await stageImport(images, { format: 'voc' });
    project.datasets.commit(await withHashes(dataset), { session: 'sample' });
    return project;
  } catch (error) {
    project.close();
    throw error;
  }
}

function offered(id: string): RealSample {
  const sample = realSamples().find((one) => one.id === id);
  if (!sample) throw new Problem('There is no such sample.', 'Load the window again.');
  return sample;
}
