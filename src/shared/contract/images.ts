// Finding images: the filter and order of the gallery, and what can be done to many images at once.
import { type } from '@orpc/contract';
import { z } from 'zod';
import { imageStates, splitNames } from '../model.ts';
import { id, project, request } from './request.ts';

export const imageOrders = ['added', 'name', 'boxes', 'state', 'split', 'class', 'score'] as const;
export type ImageOrder = (typeof imageOrders)[number];

const boxCount = z.number().int().min(0).max(1_000_000);

export const galleryFilter = z.strictObject({
  state: z.enum(imageStates).optional(),
  split: z.enum([...splitNames, 'none']).optional(),
  classId: id.optional(),
  search: z.string().max(200).optional(),
  minBoxes: boxCount.optional(),
  maxBoxes: boxCount.optional(),
  /** The model whose finds are asked about by what follows. */
  model: z.string().min(1).max(4096).optional(),
  /** Images whose best find scores less; those that the model has not looked at are left out. */
  scoreBelow: z.number().min(0).max(1).optional(),
  /** By score, images that the model has not looked at come last. */
  order: z.enum(imageOrders).optional(),
  descending: z.boolean().optional(),
});
export type GalleryFilter = z.infer<typeof galleryFilter>;

const manyIds = z.array(id).min(1).max(1_000_000);

const change = z.strictObject({
  project,
  ids: manyIds,
  /** `finished` is done for images with boxes and empty for those without. */
  state: z.enum(['unlabelled', 'in-progress', 'finished']).optional(),
  split: z.enum([...splitNames, 'none']).optional(),
});
export type BulkChange = Omit<z.infer<typeof change>, 'project'>;

export const bulk = {
  /** Changes images in one gesture; gives the number of those that were different. */
  change: request.input(change).output(type<number>()),
  /** Takes images out of the project in one gesture; their files stay. */
  remove: request.input(z.strictObject({ project, ids: manyIds })).output(type<void>()),
};
