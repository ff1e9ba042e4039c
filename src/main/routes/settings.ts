// What a user keeps over all projects.
import { readUserSettings, writeUserSettings } from '../services/user-settings.ts';
import { os } from './parts.ts';

export function settingsRoutes() {
  return os.settings.router({
    read: os.settings.read.handler(() => readUserSettings()),
    write: os.settings.write.handler(({ input }) => writeUserSettings(input)),
  });
}
