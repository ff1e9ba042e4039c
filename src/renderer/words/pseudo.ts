// The pseudo language: looks like English, but nothing is left of its letters.
import type { IntlMessageFormat } from 'intl-messageformat';

type Ast = ReturnType<IntlMessageFormat['getAst']>;
type Part = Ast[number];

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = 'àƀçđéƒĝĥîĵķļɱñôþɋŕšţûṽŵẋýžÀƁÇĐÉƑĜĤÎĴĶĻṀÑÔÞɊŔŠŢÛṼŴẊÝŽ';
const LITERAL = 0;
/** Tags mark keys and names; see components/Marked.svelte. */
const TAG_OR_LETTER = /<\/?(?:kbd|strong|small|code)>|[a-z]/gi;
const accents = new Map([...PLAIN].map((letter, index) => [letter, [...ACCENTED][index] ?? letter]));

/** Text without braces: `[Šàṽéđ]`. */
export function pseudoText(text: string): string {
  return `[${accent(text)}]`;
}

/** A parsed message: its literals, also those of its plurals; what is inserted stays. */
export function pseudoAst(ast: Ast): Ast {
  return [literal('['), ...ast.map(accentPart), literal(']')];
}

function literal(value: string): Part {
  return { type: LITERAL, value };
}

function accentPart(part: Part): Part {
  if (part.type === LITERAL && 'value' in part) return { ...part, value: accent(part.value) };
  if (!('options' in part)) return part;
  const options = Object.entries(part.options).map(([name, option]) => {
    return [name, { ...option, value: option.value.map(accentPart) }];
  });
  return { ...part, options: Object.fromEntries(options) };
}

function accent(text: string): string {
  return text.replace(TAG_OR_LETTER, (found) => accents.get(found) ?? found);
}
