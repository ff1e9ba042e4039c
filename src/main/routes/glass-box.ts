// The glass box over the open project.
import { glassImage } from '../services/glass-box.ts';
import { os, type Parts } from './parts.ts';

export function glassBoxRoutes({ workspace, assistant }: Parts) {
  return os.glassBox.router({
    image: os.glassBox.image.handler(({ input: { project, model, imageId } }) =>
      glassImage(assistant.detector, workspace.meant(project), model, imageId),
    ),
    survey: os.glassBox.survey.handler(({ input: { project, model, most } }) =>
      assistant.survey.start(workspace.meant(project), model, most),
    ),
    surveyed: os.glassBox.surveyed.handler(() => {
      const { progress, result } = assistant.survey;
      return { progress, survey: result };
    }),
    cancel: os.glassBox.cancel.handler(() => assistant.survey.cancel()),
  });
}
