// The language of the window: chosen by the user and kept, or the system's where there is a catalog for it.
import { type Catalog, catalogFormatter, englishFormatter, pseudoFormatter } from './formatter.ts';
import { speak } from './words.ts';

/** Not a language: shows which text is not ready for one. */
const PSEUDO = 'qps';
const catalogs = import.meta.glob<Catalog>(['./catalogs/*.json', '!./catalogs/en.json'], {
  import: 'default',
});
const translations = Object.keys(catalogs).map((path) => path.replace(/^.*\/|\.json$/g, ''));

class Language {
  current = $state('en');
  #formatter = $state.raw(englishFormatter(localeFor('en')));
  readonly #asked = new URLSearchParams(location.search).get('language');

  constructor() {
    speak(() => this.#formatter);
  }

  /** What can be chosen, each by its own name; the pseudo language only where the address asked for it. */
  get choices(): { code: string; name: string }[] {
    const named = ['en', ...translations].map((code) => ({ code, name: nameOf(code) }));
    return this.#asked === PSEUDO ? [...named, { code: PSEUDO, name: 'Pseudo' }] : named;
  }

  /** The language that the address asks for, that was chosen, or that the system has. */
  async read(): Promise<void> {
    const wishes = [
      this.#asked,
      localStorage.getItem('language'),
      ...navigator.languages.map((tag) => tag.slice(0, 2)),
    ];
    const known = this.choices.map(({ code }) => code);
    await this.#use(wishes.find((wish) => wish !== null && known.includes(wish)) ?? 'en');
  }

  async choose(code: string): Promise<void> {
    localStorage.setItem('language', code);
    await this.#use(code);
  }

  /** A catalog that cannot be loaded leaves the window in English. */
  async #use(code: string): Promise<void> {
    const load = catalogs[`./catalogs/${code}.json`];
    const catalog = await load?.().catch(() => undefined);
    if (code === PSEUDO) this.#formatter = pseudoFormatter();
    else
      this.#formatter = catalog
        ? catalogFormatter(localeFor(code), catalog)
        : englishFormatter(localeFor('en'));
    this.current = code === PSEUDO || catalog ? code : 'en';
    document.documentElement.lang = code === PSEUDO ? 'en-XA' : this.current;
  }
}

/** The system's own variant of a language, for its dates and numbers. */
function localeFor(code: string): string {
  return navigator.languages.find((tag) => tag === code || tag.startsWith(`${code}-`)) ?? code;
}

function nameOf(code: string): string {
  return new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;
}

export const language = new Language();
