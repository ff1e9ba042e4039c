// What is painted over an image.
import type { Editor } from './editor.ts';
import type { EditorBox } from './gesture.ts';

export interface ClassLook {
  readonly name: string;
  readonly colour: string;
}

export interface Scene {
  readonly editor: Editor;
  readonly classes: ReadonlyMap<number, ClassLook>;
  /** An earlier state that is looked at instead of the boxes. */
  readonly past: readonly EditorBox[] | undefined;
  readonly showBoxes: boolean;
  readonly showLabels: boolean;
  /** 0..1: of boxes that are neither selected nor under the pointer. */
  readonly boxOpacity: number;
  readonly accent: string;
}
