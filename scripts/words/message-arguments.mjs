// The names that an ICU message expects values for.
import { IntlMessageFormat } from 'intl-messageformat';

/** @typedef {{ type: number, value?: unknown, options?: Record<string, { value: Part[] }> }} Part */

const LITERAL = 0;
const POUND = 7;

/**
 * Throws where the message cannot be parsed.
 * @param {string} message
 * @returns {Set<string>}
 */
export function argumentsOf(message) {
  if (!message.includes('{')) return new Set();
  const ast = new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst();
  return new Set(names(/** @type {Part[]} */ (ast)));
}

/**
 * @param {readonly Part[]} parts
 * @returns {string[]}
 */
function names(parts) {
  return parts.flatMap(({ type, value, options }) => [
    ...(type === LITERAL || type === POUND ? [] : [String(value)]),
    ...Object.values(options ?? {}).flatMap((option) => names(option.value)),
  ]);
}
