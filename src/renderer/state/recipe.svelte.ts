// The recipe that the next training gets.
import type { TrainingWishes } from '../../shared/contract.ts';
import type { Recipe } from '../../shared/recipe.ts';
import { app } from './app.svelte.ts';
import { training } from './training.svelte.ts';

class RecipeChoice {
  presets = $state.raw<readonly string[]>([]);
  preset = $state('fast');
  epochs = $state<number | undefined>();
  recipe = $state.raw<Recipe>();

  async load(): Promise<void> {
    this.presets = await app.client.recipes.names();
    await this.resolve();
  }

  async choosePreset(preset: string): Promise<void> {
    this.preset = preset;
    this.epochs = undefined;
    await app.attempt(() => this.resolve());
  }

  async resolve(): Promise<void> {
    this.recipe = await app.client.recipes.resolve(this.#wishes());
  }

  async start(): Promise<void> {
    await training.follow(() => app.client.runs.start(this.#wishes()), 'Starting the training');
  }

  #wishes(): TrainingWishes {
    return { preset: this.preset, ...(this.epochs === undefined ? {} : { epochs: this.epochs }) };
  }
}

export const recipeChoice = new RecipeChoice();
