// What the page may ask the system for: to put a text into the clipboard, and nothing else (camera, notifications, ...).
import type { Session } from 'electron';
import { PAGE_ORIGIN } from './protocols.ts';

const ALLOWED = 'clipboard-sanitized-write';

export function limitPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, answer) =>
    answer(permission === ALLOWED && isOurs(contents.getURL())),
  );
  session.setPermissionCheckHandler((_, permission, origin) => permission === ALLOWED && isOurs(origin));
}

function isOurs(address: string): boolean {
  return `${address}/`.startsWith(`${PAGE_ORIGIN}/`);
}
