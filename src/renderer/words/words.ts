// The words of the window: every text that is shown goes through here.
import { englishFormatter, type Formatter, type Values } from './formatter.ts';
import type { Message } from './message.ts';

const english = englishFormatter();
let source: () => Formatter = () => english;
const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * The words for an English message in ICU MessageFormat, in the language of the window. The message is written out at the
 * call: `npm run words` reads it there. For messages of a table see `msg`.
 */
export function t(message: string, values?: Values): string {
  return source().format(message, values);
}

/** The words for a message that was marked with `msg`. */
export function translated(message: Message, values?: Values): string {
  return source().format(message, values);
}

/** How the language of the window writes a date or a time. */
export function clock(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { locale } = source();
  const key = `${locale} ${JSON.stringify(options)}`;
  const kept = clocks.get(key) ?? new Intl.DateTimeFormat(locale, options);
  clocks.set(key, kept);
  return kept;
}

/** Sets where the language comes from; what reads it there as state is shown anew when it changes. */
export function speak(from: () => Formatter): void {
  source = from;
}
