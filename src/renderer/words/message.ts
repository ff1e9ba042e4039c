// A message that stands in a table and is translated where it is shown.

declare const marked: unique symbol;

/** An English sentence in ICU MessageFormat that the catalogs know, because `msg` marked it. */
export type Message = string & { readonly [marked]: true };

/** Marks a sentence of a table for `npm run words`; `translated` shows it. */
export function msg(message: string): Message {
  return message as Message;
}
