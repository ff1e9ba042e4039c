// A process to be killed: draws boxes in a project as fast as it can and tells of each one that was saved.
import { writeSync } from 'node:fs';
import { openProject } from '../../../src/main/services/projects.ts';

const project = openProject(process.argv[2] ?? '');
const [image] = project.annotations.images();
const [label] = project.classes.list();
if (!image || !label) throw new Error('Expected a project with an image and a class');
writeSync(1, 'ready\n');
for (let x = 0; ; x++) {
  const { revision } = project.annotations.labels(image.id).image;
  const put = [{ x, y: 1, width: 5, height: 5, classId: label.id }];
  const { seq } = project.annotations.apply({
    imageId: image.id,
    revision,
    name: 'draw',
    put,
    session: 'doomed',
  });
  writeSync(1, `${seq}\n`);
}
