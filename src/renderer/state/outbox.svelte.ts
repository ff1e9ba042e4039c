// Gestures on their way to the backend, of all images and projects: each waits where it cannot be stored yet, also when the
// page is loaded again meanwhile, and is stored once.
import type { SavedGesture } from '../../shared/contract.ts';
import type { Box, BoxOrigin, ImageRecord, Project } from '../../shared/model.ts';
import { faultOf, type Trouble, troubleOf } from '../failures.ts';
import type { EditorBox, EditorGesture } from '../labeling/gesture.ts';
import { type KeptLine, Saver } from '../labeling/saver.ts';
import { t } from '../words/words.ts';
import { app } from './app.svelte.ts';

/** What is told of images of the open project. */
export interface OutboxListener {
  onSaved(imageId: number, saved: SavedGesture): void;
  onId(imageId: number, temporary: number, id: number): void;
  /** What stands is not what is shown. */
  onStale(imageId: number): void;
  /** Temporary ids from this one up were given by an earlier page. */
  onGiven(lowest: number): void;
}

interface Line {
  readonly project: Project;
  readonly imageId: number;
  readonly saver: Saver;
}

/** What waits for a project that is not open. */
export interface Stranded {
  readonly project: Project;
  readonly count: number;
}

interface Kept extends KeptLine {
  readonly project: Project;
  readonly imageId: number;
}

const KEPT = 'waiting-gestures';
/** Milliseconds before a request is repeated that failed without a word of the connection. */
const SHORT_WAIT_MS = 50;

class Outbox {
  /** Gestures of the open project that are not stored yet. */
  pending = $state(0);
  /** Why they cannot be stored for now. */
  trouble = $state.raw<Trouble>();
  stranded = $state.raw<readonly Stranded[]>([]);
  listener: OutboxListener | undefined;
  #lines: readonly Line[] = [];
  #entering: (() => void)[] = [];

  constructor() {
    app.onEnter(() => {
      for (const enter of this.#entering.splice(0)) enter();
      this.retry();
      this.#count();
    });
  }

  /** What sends the gestures on an image of the open project. */
  saverOf(image: ImageRecord): Saver | undefined {
    const { project } = app;
    if (!project) return undefined;
    this.#lines = this.#lines.filter(({ saver }) => saver.pending > 0);
    const known = this.#lines.find((line) => line.imageId === image.id && line.project.id === project.id);
    return known?.saver ?? this.#add(project, image.id, image.revision);
  }

  /** Waits until every gesture on the open project is stored or refused; false where some cannot be stored for now. */
  async settled(): Promise<boolean> {
    const lines = this.#open();
    await Promise.all(lines.map(({ saver }) => saver.settled()));
    return lines.every(({ saver }) => !saver.stuck);
  }

  /** Tries again to store what could not be. */
  retry(): void {
    this.trouble = undefined;
    for (const { saver } of this.#open()) saver.retry();
  }

  /** Gives up what is not stored of a project. */
  drop(projectId = app.project?.id): void {
    const given = this.#lines.filter(({ project }) => project.id === projectId);
    for (const { saver } of given) saver.drop();
    if (projectId !== app.project?.id) return;
    this.trouble = undefined;
    for (const { imageId } of given) this.listener?.onStale(imageId);
  }

  /** Goes on with what an earlier page of this tab could not store; opens its project where none is open. */
  async restore(): Promise<void> {
    const kept = readKept();
    const ids = kept.flatMap(({ gestures }) => gestures.flatMap(({ put }) => put.map(({ id }) => id)));
    this.listener?.onGiven(Math.min(0, ...ids));
    for (const line of kept) this.#add(line.project, line.imageId, line.revision, line);
    this.#count();
    const [only] = this.stranded;
    if (only && !app.project) await app.openProject(only.project.dir);
  }

  /** Keeps what waits, for a page that takes this one's place. */
  keep(): void {
    const waiting = this.#lines.filter(({ saver }) => saver.pending > 0);
    const kept = waiting.map(({ project, imageId, saver }): Kept => ({ project, imageId, ...saver.line }));
    try {
      if (kept.length === 0) sessionStorage.removeItem(KEPT);
      else sessionStorage.setItem(KEPT, JSON.stringify(kept));
    } catch {
      // more than the browser keeps: it waits in this page alone
    }
  }

  #open(): readonly Line[] {
    return this.#lines.filter(({ project }) => project.id === app.project?.id);
  }

  #add(project: Project, imageId: number, revision: number, kept?: KeptLine): Saver {
    const tells = (tell: (listener: OutboxListener) => void) => {
      if (this.listener && app.project?.id === project.id) tell(this.listener);
    };
    const saver = new Saver(
      revision,
      {
        send: async (at, gesture) => {
          const where = { project: project.id, imageId, revision: at };
          const saved = await app.client.annotations.apply({ ...where, ...sent(gesture) });
          tells((listener) => listener.onSaved(imageId, saved));
          return saved;
        },
        read: async () => {
          const { image, boxes } = await app.client.images.labels({ project: project.id, id: imageId });
          return { revision: image.revision, boxes: boxes.map(editorBox) };
        },
        faultOf,
        reachable: () => this.#reachable(project.id),
        onId: (temporary, id) => tells((listener) => listener.onId(imageId, temporary, id)),
        onProgress: () => this.#progress(),
        onOvertaken: () => {
          app.say(t('Another window changed this image too. What was done in both is kept.'));
          tells((listener) => listener.onStale(imageId));
        },
        onRefused: (error, dropped) => {
          app.troubleBehind(error);
          app.say(
            t(
              '{count, plural, one {One change was} other {# changes were}} not stored; all others are safe.',
              {
                count: dropped,
              },
            ),
          );
          tells((listener) => listener.onStale(imageId));
        },
        onStuck: (error) => {
          this.trouble = troubleOf(error);
        },
      },
      kept,
    );
    this.#lines = [...this.#lines, { project, imageId, saver }];
    return saver;
  }

  async #reachable(projectId: string): Promise<void> {
    await new Promise((done) => setTimeout(done, SHORT_WAIT_MS));
    await app.connected();
    while (app.project?.id !== projectId) {
      await new Promise<void>((enter) => this.#entering.push(enter));
      await app.connected();
    }
  }

  #progress(): void {
    this.#count();
    const isDelayed = app.lost || this.trouble !== undefined || this.stranded.length > 0;
    if (isDelayed || sessionStorage.getItem(KEPT) !== null) this.keep();
  }

  #count(): void {
    const counts = new Map<string, Stranded>();
    for (const { project, saver } of this.#lines) {
      const count = (counts.get(project.id)?.count ?? 0) + saver.pending;
      if (count > 0) counts.set(project.id, { project, count });
    }
    const open = app.project?.id ?? '';
    this.pending = counts.get(open)?.count ?? 0;
    counts.delete(open);
    this.stranded = [...counts.values()];
  }
}

/** Where boxes come from that are not drawn. */
const ORIGINS: Readonly<Partial<Record<EditorGesture['name'], BoxOrigin>>> = {
  accept: 'predicted',
  duplicate: 'copied',
  paste: 'copied',
  repeat: 'copied',
};

/** What an earlier page of this tab kept; nothing where that cannot be read. */
function readKept(): readonly Kept[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]') as readonly Kept[];
  } catch {
    return [];
  }
}

function sent({ name, put, remove }: EditorGesture) {
  const fresh = { origin: ORIGINS[name] ?? 'drawn' };
  const boxes = put.map(({ id, ...box }) => (id < 0 ? { ...box, ...fresh } : { ...box, id }));
  return { name, put: boxes, remove: [...remove] };
}

export function editorBox(box: Box): EditorBox {
  const { id, classId, x, y, width, height, ignore, difficult, truncated, occluded, z } = box;
  return { id, classId, x, y, width, height, ignore, difficult, truncated, occluded, z };
}

export const outbox = new Outbox();
