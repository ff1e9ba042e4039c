/**
 * What a window can do about a problem beside showing it. `hindrance`: the same may succeed later, as when a disk was full.
 * `elsewhere`: another project is open, or none. `gone`: what is asked for is no longer in the project.
 * `overtaken`: something was done that the asker has not seen.
 */
export const problemKinds = ['hindrance', 'elsewhere', 'gone', 'overtaken'] as const;
export type ProblemKind = (typeof problemKinds)[number];

/** A failure the user can cause or cure: `message` is one sentence (what, where), `remedy` says what to do. */
export class Problem extends Error {
  readonly remedy: string | undefined;
  readonly kind: ProblemKind | undefined;

  constructor(message: string, remedy?: string, kind?: ProblemKind) {
    super(message);
    this.name = 'Problem';
    this.remedy = remedy;
    this.kind = kind;
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
