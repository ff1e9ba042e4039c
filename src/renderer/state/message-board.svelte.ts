// What there is to say, and in which of the dialogs it is said.

export interface Message {
  readonly id: number;
  readonly kind: 'info' | 'trouble';
  readonly text: string;
  readonly remedy: string | null;
  /** The topmost dialog when it was told; null where it belongs to none. */
  readonly dialog: symbol | null;
}

const MESSAGE_MS = 9000;
const MOST_MESSAGES = 4;

export class MessageBoard {
  messages = $state.raw<readonly Message[]>([]);
  /** Dialogs that are open, the topmost last. */
  dialogs = $state.raw<readonly symbol[]>([]);
  #next = 1;

  /** What was done goes by itself; what went wrong stays until it was read. */
  show(
    kind: Message['kind'],
    text: string,
    remedy: string | null,
    dialog: symbol | null = this.dialogs.at(-1) ?? null,
  ): void {
    const id = this.#next++;
    const others = this.messages.filter((other) => other.text !== text || other.dialog !== dialog);
    this.messages = [...others.slice(1 - MOST_MESSAGES), { id, kind, text, remedy, dialog }];
    if (kind === 'info') setTimeout(() => this.dismiss(id), MESSAGE_MS);
  }

  /** What was told in a dialog is shown in it, and once it closed in the window. */
  in(place: symbol | undefined): readonly Message[] {
    const { dialogs } = this;
    const placeOf = ({ dialog }: Message) => dialogs.find((open) => open === dialog);
    return this.messages.filter((message) => placeOf(message) === place);
  }

  /** Says that a dialog opened; what comes back says that it closed, and takes along what went wrong in it. */
  enter(dialog: symbol): () => void {
    this.dialogs = [...this.dialogs, dialog];
    return () => {
      this.dialogs = this.dialogs.filter((other) => other !== dialog);
      // as it goes, an effect still sees the messages of before it went
      queueMicrotask(() => this.forgive(dialog));
    };
  }

  /** Takes away what went wrong in a dialog: in the topmost one, where none is named, which tries again. */
  forgive(of = this.dialogs.at(-1)): void {
    this.messages = this.messages.filter(({ kind, dialog }) => kind === 'info' || !dialog || dialog !== of);
  }

  /** What was told in passing no longer holds. */
  hush(): void {
    this.messages = this.messages.filter(({ kind }) => kind !== 'info');
  }

  dismiss(id: number): void {
    this.messages = this.messages.filter((message) => message.id !== id);
  }

  clear(): void {
    this.messages = [];
  }
}
