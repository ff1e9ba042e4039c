// Text that the window shows and that is no message: text in the markup, literals of attributes that are read, of what is said.

/**
 * @typedef {{ type: string, start: number, [key: string]: unknown }} AstNode
 * @typedef {{ node: AstNode, text: string }} Raw
 */

const SHOWN = new Set([
  ...['aria-label', 'aria-description', 'title', 'placeholder', 'alt'],
  ...['label', 'description', 'nothing', 'starting', 'text', 'hint', 'what'],
]);
const UNTRANSLATED = new Set(['code', 'kbd', 'script', 'style']);
/** Calls that show a text, and which of their arguments it is. */
const SAYING = /** @type {Readonly<Record<string, number>>} */ ({ say: 0, attempt: 1, copy: 1 });
const LETTERS = /\p{L}{2}/u;
/** A path is the same in every language. */
const PATH = /^\/\S+$/;

/**
 * @param {unknown} tree
 * @returns {Raw[]}
 */
export function rawText(tree) {
  if (Array.isArray(tree)) return tree.flatMap(rawText);
  if (tree === null || typeof tree !== 'object') return [];
  const node = /** @type {AstNode} */ (tree);
  if (isUntranslated(node)) return [];
  return [
    ...ofNode(node),
    ...Object.entries(node).flatMap(([key, child]) =>
      key === 'metadata' || key === 'css' ? [] : rawText(child),
    ),
  ];
}

/**
 * @param {AstNode} node
 * @returns {boolean}
 */
function isUntranslated({ type, name, attributes }) {
  if (type !== 'RegularElement') return false;
  const marked = /** @type {any[]} */ (attributes).some(
    ({ name, value }) => name === 'translate' && value?.[0]?.data === 'no',
  );
  return marked || UNTRANSLATED.has(String(name));
}

/**
 * @param {AstNode} node
 * @returns {Raw[]}
 */
function ofNode(node) {
  const { type, name, value } = /** @type {any} */ (node);
  if (type === 'Fragment') return /** @type {AstNode[]} */ (node.nodes).flatMap(ofChild);
  if (type === 'Attribute' && SHOWN.has(name)) return [value].flat().flatMap(ofChild);
  if (type === 'CallExpression') return ofCall(node);
  return [];
}

/**
 * A text or an expression between tags or in an attribute.
 * @param {AstNode} node
 * @returns {Raw[]}
 */
function ofChild(node) {
  const { type, data, expression } = /** @type {any} */ (node);
  if (type === 'Text') return shown(node, data);
  return type === 'ExpressionTag' ? results(expression) : [];
}

/**
 * @param {AstNode} call
 * @returns {Raw[]}
 */
function ofCall(call) {
  const { callee, arguments: given } = /** @type {any} */ (call);
  const at =
    callee.object?.name === 'app' || callee.object?.type === 'ThisExpression'
      ? SAYING[callee.property?.name]
      : undefined;
  return at !== undefined && given[at] ? results(given[at]) : [];
}

/**
 * The written-out strings that an expression can become.
 * @param {AstNode} node
 * @returns {Raw[]}
 */
function results(node) {
  const { type, value, quasis, consequent, alternate, left, right } = /** @type {any} */ (node);
  if (type === 'Literal') return shown(node, value);
  if (type === 'TemplateLiteral')
    return shown(node, quasis.map((/** @type {any} */ part) => part.value.cooked).join(' '));
  if (type === 'ConditionalExpression') return [...results(consequent), ...results(alternate)];
  return type === 'LogicalExpression' ? [...results(left), ...results(right)] : [];
}

/**
 * @param {AstNode} node
 * @param {unknown} text
 * @returns {Raw[]}
 */
function shown(node, text) {
  return typeof text === 'string' && LETTERS.test(text) && !PATH.test(text)
    ? [{ node, text: text.replace(/\s+/g, ' ').trim() }]
    : [];
}
