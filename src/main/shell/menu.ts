// The menu bar: macOS needs one for copy and paste; elsewhere it would only take keys from the page.
import { Menu } from 'electron';

export function setMenu(): void {
  const roles = ['appMenu', 'editMenu', 'windowMenu'] as const;
  const template = roles.map((role) => ({ role }));
  Menu.setApplicationMenu(process.platform === 'darwin' ? Menu.buildFromTemplate(template) : null);
}
