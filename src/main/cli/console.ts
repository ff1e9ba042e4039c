// What the command line prints: one JSON document or readable lines on stdout, everything else on stderr.

import { asDiskProblem } from '../../shared/disk-problem.ts';
import { Problem, sentenceOf } from '../../shared/problem.ts';

/** Thrown where Ctrl-C ended the work; the state is saved. */
export class Interrupted extends Error {}

/** Arguments that make no sense together. */
export class WrongUsage extends Problem {}

/** Milliseconds between two lines of progress where nobody watches. */
const quietInterval = 5_000;
const barWidth = 24;

export class Console {
  readonly json: boolean;
  exitCode = 0;
  #answered = false;
  #progressAt = 0;
  #step = '';
  #barShown = false;

  constructor(json: boolean) {
    this.json = json;
  }

  /** The result of a command: as one JSON document, or as `text` for people. */
  result(document: unknown, text: string): void {
    this.#clearBar();
    this.#answered = true;
    process.stdout.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : `${text}\n`);
  }

  /** A line for people, on stderr. */
  note(text: string): void {
    this.#clearBar();
    process.stderr.write(`${text}\n`);
  }

  /** One sentence on stderr; where JSON is asked for and none was given yet, the same as a document. */
  fail(error: unknown): void {
    const sentence = sentenceOf(asDiskProblem(error));
    this.note(sentence);
    this.answer({ error: sentence });
    if (process.env.DDOD_DEBUG && error instanceof Error) this.note(error.stack ?? '');
  }

  /** The end by Ctrl-C, of which a document is made where JSON is asked for. */
  interrupted(): void {
    this.#clearBar();
    this.answer({ error: 'It was interrupted.', interrupted: true });
  }

  /** The document of a command that came to nothing, where JSON is asked for and none was given yet. */
  answer(document: unknown): void {
    if (this.json && !this.#answered) this.result(document, '');
  }

  /** A bar on a terminal; elsewhere a line for each kind of text, and every few seconds. */
  progress(done: number, total: number, text: string): void {
    const part = total === 0 ? 1 : Math.min(1, done / total);
    const line = `${String(Math.floor(part * 100)).padStart(3)} % ${text}`;
    if (process.stderr.isTTY) {
      const filled = Math.round(part * barWidth);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
      process.stderr.write(`\r\u001b[K${bar} ${line}`);
      this.#barShown = true;
      return;
    }
    const step = text.replace(/\d+/g, '');
    if (step !== this.#step || Date.now() - this.#progressAt > quietInterval) {
      this.#step = step;
      this.#progressAt = Date.now();
      process.stderr.write(`${line}\n`);
    }
  }

  /** Shows the progress of a detector over images, and its warnings. */
  listeners(verb: string) {
    return {
      onProgress: (done: number, of: number) => this.progress(done, of, `${verb} ${done} of ${of} images`),
      onWarning: (text: string) => this.note(`warning: ${text}`),
    };
  }

  #clearBar(): void {
    if (this.#barShown) process.stderr.write('\r\u001b[K');
    this.#barShown = false;
  }
}

/** Rows as columns, the first row a head; numbers to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (text: string) => /^[-+]?[\d.,]+( ?[a-z%]+)?$/i.test(text);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (isNumber(cell) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `0.4946` as `49.5`; a metric without ground truth is `-`. */
export function percent(value: number | undefined): string {
  return value === undefined || value < 0 ? '-' : (value * 100).toFixed(1);
}

/** Seconds as `1:02:03` or `2:03`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`;
}
