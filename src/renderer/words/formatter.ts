// Messages into the words of one language. Formats are made once per message.
import { IntlMessageFormat } from 'intl-messageformat';
import { pseudoAst, pseudoText } from './pseudo.ts';

export type Values = Readonly<Record<string, string | number>>;
/** English message -> translation. */
export type Catalog = Readonly<Record<string, string>>;

export interface Formatter {
  /** For Intl: what numbers, plurals and dates follow. */
  readonly locale: string;
  format(message: string, values?: Values): string;
}

/** Numbers without a format of their own: all their digits, no separators of thousands. */
const AS_IT_IS: Intl.NumberFormatOptions = { useGrouping: false, maximumFractionDigits: 20 };

/** The language of the messages themselves. */
export function englishFormatter(locale = 'en'): Formatter {
  return keeping(locale, (message) => new IntlMessageFormat(message, locale, undefined, optionsFor()));
}

/** Every letter accented and each message in brackets: shows which text is not ready for translation. */
export function pseudoFormatter(): Formatter {
  const made = (message: string) => {
    const ast = new IntlMessageFormat(message, 'en', undefined, optionsFor()).getAst();
    return new IntlMessageFormat(pseudoAst(ast), 'en', undefined, optionsFor());
  };
  return keeping('en', made, pseudoText);
}

/** The language of a catalog; a message that it lacks, or has in a form that cannot be read, stays English. */
export function catalogFormatter(locale: string, catalog: Catalog): Formatter {
  const english = englishFormatter();
  const own = keeping(locale, (words) => new IntlMessageFormat(words, locale, undefined, optionsFor()));
  const format = (message: string, values?: Values) => {
    const words = catalog[message];
    if (words === undefined) return english.format(message, values);
    try {
      return own.format(words, values);
    } catch {
      return english.format(message, values);
    }
  };
  return { locale, format };
}

/** Keeps the formats; text without braces needs none. */
function keeping(
  locale: string,
  make: (message: string) => IntlMessageFormat,
  plain: (text: string) => string = (text) => text,
): Formatter {
  const made = new Map<string, IntlMessageFormat>();
  const format = (message: string, values?: Values) => {
    if (!message.includes('{')) return plain(message);
    const known = made.get(message) ?? make(message);
    made.set(message, known);
    return String(known.format(values));
  };
  return { locale, format };
}

/** Tags are text, and a number that is only inserted looks as it does elsewhere in the window. */
function optionsFor() {
  const plain = new Map<string, Intl.NumberFormat>();
  return {
    ignoreTag: true,
    formatters: {
      getNumberFormat: (locales?: string | string[], options?: object) => {
        if (options) return new Intl.NumberFormat(locales, options);
        const name = String(locales);
        const kept = plain.get(name) ?? new Intl.NumberFormat(locales, AS_IT_IS);
        plain.set(name, kept);
        return kept;
      },
      getDateTimeFormat: (...args: ConstructorParameters<typeof Intl.DateTimeFormat>) =>
        new Intl.DateTimeFormat(...args),
      getPluralRules: (...args: ConstructorParameters<typeof Intl.PluralRules>) =>
        new Intl.PluralRules(...args),
    },
  };
}
