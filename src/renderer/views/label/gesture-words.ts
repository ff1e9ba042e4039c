// What was done, in words, by the names that gestures bear in the journal.
import { type Message, msg } from '../../words/message.ts';
import { t, translated } from '../../words/words.ts';

const WORDS: Readonly<Record<string, Message>> = {
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
  finish: msg('Marked done'),
  accept: msg('Suggestion accepted'),
  import: msg('Imported'),
  'go-back': msg('Gone back'),
  'class-merge': msg('Classes merged'),
  'class-delete': msg('Class deleted'),
  'remove-images': msg('Taken out of the project'),
};

/** `Drawn`, `Undone: drawn`. */
export function gestureWords({
  kind,
  gesture,
}: {
  kind: 'gesture' | 'undo' | 'redo';
  gesture: string;
}): string {
  const known = WORDS[gesture];
  const words = known ? translated(known) : gesture;
  if (kind === 'gesture') return words;
  const what = `${words.charAt(0).toLowerCase()}${words.slice(1)}`;
  return kind === 'undo' ? t('Undone: {what}', { what }) : t('Redone: {what}', { what });
}
