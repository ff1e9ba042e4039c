// What stops the set-up, as one sentence for the person at the keyboard and what to do about it.

export class SetupProblem extends Error {
  /**
   * @param {string} message what happened, and where
   * @param {string} remedy what to do
   */
  constructor(message, remedy) {
    super(message);
    this.name = 'SetupProblem';
    this.remedy = remedy;
  }

  get sentence() {
    return `${this.message} ${this.remedy}`;
  }
}

/**
 * The line to print for anything thrown.
 * @param {unknown} error
 */
export function sentenceOf(error) {
  if (error instanceof SetupProblem) return error.sentence;
  if (isNodeError(error) && error.code === 'ENOSPC')
    return `The disk is full${error.path ? ` at ${error.path}` : ''}. Free some space, or set DDOD_CACHE_DIR to a folder on a larger disk, and run the command again.`;
  if (isNodeError(error) && ['EACCES', 'EPERM', 'EROFS'].includes(error.code ?? ''))
    return `${error.path ?? 'A folder'} cannot be written. Give yourself write access, or set DDOD_CACHE_DIR to a folder of yours, and run the command again.`;
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {unknown} error
 * @returns {error is NodeJS.ErrnoException}
 */
function isNodeError(error) {
  return error instanceof Error && 'code' in error;
}
