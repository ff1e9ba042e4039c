// Tells what the set-up is doing, on stderr only: stdout belongs to the command that follows.

const MEGABYTE = 1e6;
const PIPED_INTERVAL_MS = 5000;
const TERMINAL_INTERVAL_MS = 120;

export class Progress {
  #last = 0;
  #open = false;
  /** @type {NodeJS.WriteStream | undefined} */
  #stream;

  /** @param {NodeJS.WriteStream | undefined} stream undefined says nothing */
  constructor(stream) {
    this.#stream = stream;
  }

  /** @param {string} line */
  say(line) {
    this.#endLine();
    this.#last = Date.now();
    this.#stream?.write(`${line}\n`);
  }

  /**
   * @param {string} what
   * @param {number} done bytes
   * @param {number} total bytes
   */
  bytes(what, done, total) {
    const now = Date.now();
    const interval = this.#stream?.isTTY ? TERMINAL_INTERVAL_MS : PIPED_INTERVAL_MS;
    if (!this.#stream || now - this.#last < interval) return;
    this.#last = now;
    const share = Math.min(100, Math.floor((100 * done) / total));
    const text = `  ${what}: ${Math.round(done / MEGABYTE)} of ${Math.round(total / MEGABYTE)} MB (${share} %)`;
    this.#stream.write(this.#stream.isTTY ? `\r${text}` : `${text}\n`);
    this.#open = this.#stream.isTTY;
  }

  #endLine() {
    if (this.#open) this.#stream?.write('\n');
    this.#open = false;
  }
}
