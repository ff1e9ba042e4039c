// What a gallery shows: which images a filter leaves, small records of those in sight, counts.
import type { CountedClass, GalleryFilter, ImageCounts, Thumbnail } from '../../shared/contract.ts';
import type { ImageFilter } from '../db/images.ts';
import type { OpenProject } from './projects.ts';

/** The ids a filter leaves, in order; a grid asks for the records of those in sight. */
export function galleryIds(project: OpenProject, { order, descending, ...filter }: GalleryFilter): number[] {
  return project.annotations.ids(imageFilter(filter), {
    by: order ?? 'added',
    descending: descending ?? false,
  });
}

/** Images with their boxes; those that are gone meanwhile are left out. */
export function thumbnails(project: OpenProject, ids: readonly number[]): Thumbnail[] {
  return ids
    .filter((id) => project.annotations.images({}, id - 1, 1)[0]?.id === id)
    .map((id) => {
      const { image, boxes } = project.annotations.labels(id);
      return {
        image,
        boxes: boxes.map(({ x, y, width, height, classId, ignore }) => ({
          x,
          y,
          width,
          height,
          classId,
          ignore,
        })),
      };
    });
}

export function galleryCounts(project: OpenProject): ImageCounts {
  const states = { unlabelled: 0, 'in-progress': 0, done: 0, empty: 0 };
  const splits = { train: 0, val: 0, test: 0, none: 0 };
  let total = 0;
  for (const { state, split, count } of project.annotations.counts()) {
    states[state] += count;
    splits[split ?? 'none'] += count;
    total += count;
  }
  return { total, states, splits };
}

/** Live classes with how often they are used. */
export function countedClasses(project: OpenProject): CountedClass[] {
  const counts = new Map(project.classes.counts().map((count) => [count.classId, count]));
  return project.classes.list().map((label) => {
    const { boxes = 0, images = 0 } = counts.get(label.id) ?? {};
    return { ...label, boxes, images };
  });
}

/** The filter without what was left open. */
function imageFilter(filter: Omit<GalleryFilter, 'order' | 'descending'>): ImageFilter {
  const isSaid = ([, value]: [string, unknown]) => value !== undefined && value !== '';
  return Object.fromEntries(Object.entries(filter).filter(isSaid));
}
