// A long XML file in pieces: its elements of some names one by one, and the rest without them.
import { Unreadable } from './source-text.ts';

/** A tag longer than this is none. */
const longestTag = 2 ** 20;

export interface XmlPiece {
  readonly name: string;
  readonly text: string;
}

/**
 * The elements of these names in a text, in order, and what is left of it. Such elements are not looked for in one another.
 * Undefined for a text whose marks may hide in comments: that is to be read whole.
 */
export function piecesOf(
  text: string,
  names: readonly string[],
): { pieces: XmlPiece[]; rest: string } | undefined {
  if (text.includes('<!--') || text.includes('<![CDATA[')) return undefined;
  const start = new RegExp(`<(${names.join('|')})(?=[\\s/>])`, 'g');
  const pieces: XmlPiece[] = [];
  const rest: string[] = [];
  let at = 0;
  for (let found = start.exec(text); found; found = start.exec(text)) {
    const [, name = ''] = found;
    const end = endOf(text, found.index, name);
    rest.push(text.slice(at, found.index));
    pieces.push({ name, text: text.slice(found.index, end) });
    at = end;
    start.lastIndex = end;
  }
  rest.push(text.slice(at));
  return { pieces, rest: rest.join('') };
}

/** Where an element that begins at `from` is over. */
function endOf(text: string, from: number, name: string): number {
  const tag = tagEnd(text, from);
  if (text[tag - 2] === '/') return tag;
  const close = `</${name}>`;
  const end = text.indexOf(close, tag);
  if (end < 0) throw new Unreadable('the file is not valid XML');
  return end + close.length;
}

/** Behind the bracket that closes a tag; brackets in the values of attributes do not. */
function tagEnd(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < Math.min(text.length, from + longestTag); at++) {
    const mark = text[at] ?? '';
    if (quote !== '') quote = mark === quote ? '' : quote;
    else if (mark === '"' || mark === "'") quote = mark;
    else if (mark === '>') return at + 1;
  }
  throw new Unreadable('the file is not valid XML');
}
