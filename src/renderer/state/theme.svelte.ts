// Dark or light: what the user chose, else what the system has, also when that changes.

export type Theme = 'dark' | 'light';

class Themes {
  /** What the user chose: a theme, or whichever the system has. */
  choice = $state<Theme | 'system'>('system');
  readonly #light = matchMedia('(prefers-color-scheme: light)');
  system = $state<Theme>(this.#light.matches ? 'light' : 'dark');
  readonly shown: Theme = $derived(this.choice === 'system' ? this.system : this.choice);

  choose(choice: Theme | 'system'): void {
    this.choice = choice;
    localStorage.setItem('theme', choice);
    this.#show();
  }

  read(): void {
    const kept = localStorage.getItem('theme');
    this.choice = kept === 'light' || kept === 'dark' ? kept : 'system';
    this.#light.addEventListener('change', ({ matches }) => {
      this.system = matches ? 'light' : 'dark';
      this.#show();
    });
    this.#show();
  }

  #show(): void {
    document.documentElement.dataset.theme = this.shown;
  }
}

export const theme = new Themes();
