// What a user keeps over all projects: keys and how images are shown.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { request } from './request.ts';

/** Keys that differ from a preset, by action; none at all is a choice too. */
const ownKeys = z.record(z.string().max(40), z.array(z.string().min(1).max(40)).max(8));

const keySettings = z.strictObject({
  preset: z.enum(['studio', 'cvat']),
  own: ownKeys,
  /** What was changed in the preset that is not in use. */
  kept: z.strictObject({ studio: ownKeys.optional(), cvat: ownKeys.optional() }).optional(),
});
export type KeySettings = z.infer<typeof keySettings>;

const viewSettings = z.strictObject({
  /** 1 is the image as it is. */
  brightness: z.number().min(0.2).max(3),
  contrast: z.number().min(0.2).max(3),
  /** 0..1 */
  boxOpacity: z.number().min(0).max(1),
  showLabels: z.boolean(),
});
export type ViewSettings = z.infer<typeof viewSettings>;

/** How many boxes were drawn by hand, counted as long as a hint is shown to beginners. */
const drawn = z.number().int().min(0);

export const userSettings = z.strictObject({ keys: keySettings, view: viewSettings, drawn });
export type UserSettings = z.infer<typeof userSettings>;

export const settingsContract = {
  read: request.output(type<UserSettings>()),
  write: request.input(userSettings.partial()).output(type<UserSettings>()),
};
