// The labels of a project as they lie on disk, whatever a window shows.
import { openProject } from '../../src/main/services/projects.ts';

export type Corners = readonly [x1: number, y1: number, x2: number, y2: number];

export interface BoxOnDisk {
  readonly label: string;
  readonly corners: Corners;
}

/** The boxes of the project in `dir` by the images' names, each in an order of its own content. */
export function labelsOnDisk(dir: string): Map<string, BoxOnDisk[]> {
  const project = openProject(dir, { readOnly: true });
  try {
    const names = new Map(project.classes.list().map((label) => [label.id, label.name]));
    const rows = [...project.snapshots.now()].map(({ path, boxes }) => {
      const found = boxes.map(
        ({ classId, x, y, width, height }): BoxOnDisk => ({
          label: names.get(classId) ?? '',
          corners: [x, y, x + width, y + height],
        }),
      );
      return [path.split(/[/\\]/).pop() ?? '', found.sort(byContent)] as const;
    });
    return new Map(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
  } finally {
    project.close();
  }
}

function byContent(a: BoxOnDisk, b: BoxOnDisk): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
