// Reads the messages of one source file of the window: the arguments of t('…') and msg('…'), and text that is none.
import { parse } from 'svelte/compiler';
import { argumentsOf } from './message-arguments.mjs';
import { rawText } from './raw-text.mjs';

/**
 * @typedef {import('./raw-text.mjs').AstNode} AstNode
 * @typedef {{ messages: string[], faults: string[], raw: string[] }} Found raw: text that is shown and is no message
 * @typedef {{ found: Found, place: (node: AstNode) => string }} Reading
 */

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const DERIVED = /^\$derived(\.by)?$/;

/**
 * @param {string} name with its ending: .svelte or .ts
 * @param {string} text
 * @returns {Found}
 */
export function readSource(name, text) {
  const opening = name.endsWith('.svelte') ? '' : '<script lang="ts">';
  const source = opening ? `${opening}${text}\n</script>` : text;
  /** @type {Found} */
  const found = { messages: [], faults: [], raw: [] };
  const place = (/** @type {AstNode} */ { start }) => `${name}:${source.slice(0, start).split('\n').length}`;
  const ast = /** @type {Record<string, any>} */ (/** @type {unknown} */ (parse(source, { modern: true })));
  for (const script of [ast.module, ast.instance]) if (script) visit(script.content, false, { found, place });
  visit(ast.fragment, true, { found, place });
  found.raw.push(...rawText(ast).map(({ node, text }) => `${place(node)}: ${text}`));
  return found;
}

/**
 * @param {unknown} node
 * @param {boolean} isLazy inside what runs again when the language changes
 * @param {Reading} reading
 */
function visit(node, isLazy, reading) {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, isLazy, reading);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  const here = /** @type {AstNode} */ (node);
  const callee = here.type === 'CallExpression' ? calleeOf(here) : '';
  if (callee === 't' || callee === 'msg') readCall(here, callee, isLazy, reading);
  const inside = isLazy || FUNCTIONS.has(here.type) || DERIVED.test(callee);
  for (const [key, child] of Object.entries(here)) if (key !== 'metadata') visit(child, inside, reading);
}

/**
 * `name` or `object.name` of a call.
 * @param {AstNode} call
 */
function calleeOf({ callee }) {
  const { name, object, property } = /** @type {any} */ (callee);
  return name ?? `${object?.name}.${property?.name}`;
}

/**
 * @param {AstNode} call
 * @param {'t' | 'msg'} callee
 * @param {boolean} isLazy
 * @param {Reading} reading
 */
function readCall(call, callee, isLazy, { found, place }) {
  const [message, values] = /** @type {AstNode[]} */ (call.arguments);
  const texts = message ? literals(message) : undefined;
  const fault = (/** @type {string} */ text) => found.faults.push(`${place(call)}: ${text}`);
  if (!texts)
    return fault(`${callee}() takes its message written out; a message of a table is marked with msg()`);
  if (callee === 't' && !isLazy)
    fault(
      't() runs once here and would not follow the language: use msg() in a table, $derived or a function',
    );
  for (const text of texts) {
    found.messages.push(text);
    const wrong = callee === 't' ? checkValues(text, values) : undefined;
    if (wrong) fault(wrong);
  }
}

/**
 * The strings that an expression can be; undefined where one of them is not written out.
 * @param {AstNode} node
 * @returns {string[] | undefined}
 */
function literals(node) {
  const { type, value, consequent, alternate } = /** @type {any} */ (node);
  if (type === 'Literal' && typeof value === 'string') return [value];
  if (type !== 'ConditionalExpression') return undefined;
  const [first, second] = [literals(consequent), literals(alternate)];
  return first && second ? [...first, ...second] : undefined;
}

/**
 * What is wrong with a message or the values that it is called with.
 * @param {string} message
 * @param {AstNode | undefined} values
 */
function checkValues(message, values) {
  try {
    const wanted = [...argumentsOf(message)];
    if (!values && wanted.length > 0) return `“${message}” lacks its values`;
    if (values?.type !== 'ObjectExpression') return undefined;
    const given = /** @type {any[]} */ (values.properties).map(({ key }) => key?.name ?? key?.value);
    if (given.includes(undefined)) return undefined;
    const missing = wanted.filter((name) => !given.includes(name));
    return missing.length > 0 ? `“${message}” lacks ${missing.join(', ')}` : undefined;
  } catch (error) {
    return `“${message}” cannot be parsed: ${error instanceof Error ? error.message : error}`;
  }
}
