// The window as a whole: its connection, the open project, which view is shown, what there is to say.
import type { Notice, StartState } from '../../shared/contract.ts';
import type { Project } from '../../shared/model.ts';
import { type Client, connect } from '../client.ts';
import { copyText } from '../clipboard.ts';
import { ConnectionLost, troubleOf } from '../failures.ts';
import { t } from '../words/words.ts';
import { MessageBoard } from './message-board.svelte.ts';

const VIEWS = ['welcome', 'images', 'label', 'train', 'evaluate', 'export'] as const;
/** The list of projects is `welcome`, whether one is open or not. */
export type View = (typeof VIEWS)[number];

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;

class App {
  start = $state.raw<StartState>();
  view = $state<View>('welcome');
  /** The image of the label view. */
  imageId = $state<number>();
  readonly board = new MessageBoard();
  lost = $state(false);
  /** Something long is going on, in words. */
  busy = $state<string>();
  /** Folder of the project that is being opened. */
  opening = $state<string>();
  /** Where this window's own import, export or the like stands. */
  work = $state.raw<{ done: number; total: number; what: string }>();
  #client: Client | undefined;
  #reconnecting: Promise<void> | undefined;
  #losses = 0;
  #listeners = new Set<(notice: Notice) => void>();
  readonly #forgetting = new Set<() => void>();
  readonly #returning = new Set<() => unknown>();
  readonly #greeting = new Set<() => void>();

  get client(): Client {
    if (!this.#client) throw new Error('The window is not connected yet.');
    return this.#client;
  }

  get project() {
    return this.start?.project ?? undefined;
  }

  async open(): Promise<void> {
    await this.#connect();
    await this.refresh();
    if (this.start?.firstStart && (await this.openSample()))
      this.say(
        t('This is the drawn sample project. A click on its name, top left, leads to projects of your own.'),
      );
    this.readAddress();
  }

  /** Resolves once the backend can be reached. */
  async connected(): Promise<void> {
    while (this.#reconnecting) await this.#reconnecting;
  }

  /** Calls back just before another project is shown. */
  onLeave(forget: () => void): void {
    this.#forgetting.add(forget);
  }

  /** Calls back once a lost connection is there again: what was told meanwhile was not heard. */
  onReturn(again: () => unknown): void {
    this.#returning.add(again);
  }

  /** Calls back once another project is shown. */
  onEnter(greet: () => void): void {
    this.#greeting.add(greet);
  }

  onNotice(listener: (notice: Notice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Does something that may fail; a failure is shown, and the answer is undefined. */
  async attempt<T>(work: () => Promise<T>, busy?: string): Promise<T | undefined> {
    if (busy !== undefined) this.busy = busy;
    try {
      return await work();
    } catch (error) {
      this.trouble(error);
      return undefined;
    } finally {
      if (busy !== undefined) this.busy = undefined;
    }
  }

  /** Shows a failure; a broken connection is told in a place of its own. */
  trouble(error: unknown, dialog?: null): void {
    if (error instanceof ConnectionLost) return;
    const { message, remedy } = troubleOf(error);
    this.board.show('trouble', message, remedy, dialog);
  }

  /** The same of work that goes on behind dialogs, so that none takes it along when it closes. */
  troubleBehind(error: unknown): void {
    this.trouble(error, null);
  }

  say(text: string): void {
    this.board.show('info', text, null);
  }

  /** Puts a text into the clipboard and says so in these words. */
  async copy(text: string, words: string): Promise<void> {
    if (await copyText(text)) this.say(words);
    else
      this.board.show(
        'trouble',
        t('The browser does not let this page copy.'),
        t('Select the text and press Ctrl+C.'),
      );
  }

  async openProject(dir: string): Promise<void> {
    this.opening = dir;
    await this.#enter(() => this.client.projects.open({ dir }), t('Opening the project'));
    this.opening = undefined;
  }

  async createProject(dir: string, name: string): Promise<void> {
    await this.#enter(() => this.client.projects.create({ dir, name }), t('Making the project'));
  }

  /** Says whether it is open now. */
  openSample(): Promise<boolean> {
    return this.#enter(() => this.client.projects.sample(), t('Drawing the sample project'));
  }

  /** Shows the project that `work` opens; where it fails the one before stays in sight. */
  async #enter(work: () => Promise<Project>, busy: string): Promise<boolean> {
    const opened = await this.attempt(work, busy);
    if (!opened) return false;
    await this.refresh();
    this.go('images');
    return true;
  }

  async refresh(): Promise<void> {
    const start = await this.client.projects.state();
    const isOther = start.project?.id !== this.project?.id;
    // forgotten in the same breath, so that nothing is ever asked of the wrong project
    if (isOther) {
      for (const forget of this.#forgetting) forget();
      this.board.clear();
    }
    this.start = start;
    if (isOther) for (const greet of this.#greeting) greet();
  }

  /** Shows a view; `instead` of the address that was gone to, which is forgotten. */
  go(view: View, imageId?: number, instead = false): void {
    const address = imageId === undefined ? `#/${view}` : `#/${view}/${imageId}`;
    if (instead) location.replace(address);
    else location.hash = address;
    this.readAddress();
  }

  /** Shows what the address says: it survives a reload. */
  readAddress(): void {
    const [, name, id] = /^#\/(\w+)(?:\/(\d+))?$/.exec(location.hash) ?? [];
    const known = VIEWS.find((view) => view === name);
    this.imageId = id === undefined ? undefined : Number(id);
    this.view = this.project ? (known ?? 'images') : 'welcome';
  }

  async #listen(client: Client): Promise<void> {
    try {
      for await (const notice of await client.watch()) await this.#hear(notice);
    } catch {
      this.#lose(client);
    }
  }

  async #connect(): Promise<void> {
    const client = await connect(() => this.#lose(client));
    this.#client = client;
    void this.#listen(client);
  }

  /** A backend that began anew is asked for the project that this window shows; one that goes on had it closed. */
  async #reopen(): Promise<void> {
    const { client, project, start } = this;
    const now = await client.projects.state();
    if (!project || now.project || now.birth === start?.birth) return;
    await this.attempt(() => client.projects.open({ dir: project.dir }));
  }

  /** Shows the project that is open now; where it is the one in sight, nothing moves. */
  async #follow(session = this.start?.session): Promise<void> {
    const was = this.project?.id;
    await this.refresh();
    const { project } = this;
    if (project?.id === was) return;
    this.go(project ? 'images' : 'welcome');
    if (project && session !== this.start?.session)
      this.say(t('{name} was opened in another window; every window shows it now.', { name: project.name }));
  }

  /** Tries again and again once the connection in use is gone. */
  #lose(client: Client): void {
    if (client !== this.#client) return;
    this.lost = true;
    this.#losses += 1;
    this.#reconnecting ??= this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    for (let wait = FIRST_WAIT_MS; this.lost; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      await new Promise((done) => setTimeout(done, wait));
      const losses = this.#losses;
      try {
        await this.#connect();
        await this.#reopen();
        await this.#follow();
        // it may be gone again already
        this.lost = this.#losses !== losses;
      } catch {
        // the backend is still away
      }
    }
    this.#reconnecting = undefined;
    await this.#catchUp();
  }

  /** Reads again what may have changed unheard. */
  async #catchUp(): Promise<void> {
    const imageIds = this.imageId === undefined ? [] : [this.imageId];
    await this.#hear({ type: 'images' });
    await this.#hear({ type: 'classes' });
    await this.#hear({ type: 'labels', imageIds, session: '' });
    for (const again of this.project ? this.#returning : []) void this.attempt(async () => again());
  }

  async #hear(notice: Notice): Promise<void> {
    if (notice.type === 'project') await this.#follow(notice.session);
    if (notice.type === 'work' && notice.session === this.start?.session) this.work = notice;
    for (const listener of this.#listeners) listener(notice);
  }
}

export const app = new App();
