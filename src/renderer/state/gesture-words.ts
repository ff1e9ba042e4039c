// What was done, in words, by the names that gestures bear in the journal.
import type { GestureName } from '../../shared/gestures.ts';
import { type Message, msg } from '../words/message.ts';
import { t, translated } from '../words/words.ts';

const WORDS: Readonly<Record<GestureName, Message>> = {
  draw: msg('Drawn'),
  move: msg('Moved'),
  nudge: msg('Moved'),
  resize: msg('Resized'),
  delete: msg('Deleted'),
  reclass: msg('Class changed'),
  'to-front': msg('Brought to the front'),
  'to-back': msg('Sent to the back'),
  ignore: msg('Ignored, or not'),
  difficult: msg('Difficult, or not'),
  truncated: msg('Truncated, or not'),
  occluded: msg('Occluded, or not'),
  duplicate: msg('Duplicated'),
  paste: msg('Pasted'),
  repeat: msg('Repeated from another image'),
  accept: msg('Suggestion accepted'),
  finish: msg('Marked done'),
  'go-back': msg('Gone back'),
  reject: msg('Suggestion rejected'),
  'class-add': msg('Class added'),
  'class-change': msg('Class renamed or recoloured'),
  'class-reorder': msg('Classes put in another order'),
  'class-merge': msg('Classes merged'),
  'class-delete': msg('Class deleted'),
  'change-states': msg('States of images changed'),
  'change-splits': msg('Splits of images changed'),
  'deal-splits': msg('Splits dealt'),
  'remove-images': msg('Taken out of the project'),
  import: msg('Imported'),
};

/** `Drawn`, `Undone: drawn`. */
export function gestureWords({
  kind,
  gesture,
}: {
  kind: 'gesture' | 'undo' | 'redo';
  gesture: string;
}): string {
  const words = gesture in WORDS ? translated(WORDS[gesture as GestureName]) : t('Changed');
  if (kind === 'gesture') return words;
  const what = `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  return kind === 'undo' ? t('Undone: {what}', { what }) : t('Redone: {what}', { what });
}
