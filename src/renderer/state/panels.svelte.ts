// What is open over or beside the view: palette, list of keys, class search, panels.
import type { NextStep } from '../../shared/contract.ts';

class Panels {
  palette = $state(false);
  keys = $state(false);
  findClass = $state(false);
  /** Brightness, contrast and strength of boxes. */
  adjust = $state(false);
  history = $state(false);
  /** A step of undo or redo that nobody may expect, until it is said whether it is meant. */
  takeBack = $state.raw<NextStep & { readonly direction: 'undo' | 'redo' }>();
  /** The question whether another project is worth what goes on in this one. */
  leaving = $state(false);
  /** The deal of images into train, val and test. */
  splits = $state(false);
  /** Which images a model is to look at. */
  suggestMany = $state(false);
  /** Labels on their way to other programs. */
  labelExport = $state(false);
  /** Film strip and lists beside the canvas. */
  sides = $state(true);

  /** Keys belong to what is open. */
  get takesKeys(): boolean {
    return this.palette || this.keys || this.findClass || this.takeBack !== undefined || this.leaving;
  }
}

export const panels = new Panels();
