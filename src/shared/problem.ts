/** A failure the user can cause or cure: `message` is one sentence (what, where), `remedy` says what to do. */
export class Problem extends Error {
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string) {
    super(message);
    this.name = 'Problem';
    this.remedy = remedy;
  }

  /** The sentence shown to the user, with the remedy where there is one. */
  get sentence(): string {
    return this.remedy === undefined ? this.message : `${this.message} ${this.remedy}`;
  }
}

/** The text to show for any thrown value. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.sentence;
  return error instanceof Error ? error.message : String(error);
}
