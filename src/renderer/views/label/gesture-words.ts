// What was done, in words, by the names that gestures bear in the journal.
const WORDS: Readonly<Record<string, string>> = {
  draw: 'Drawn',
  move: 'Moved',
  nudge: 'Moved',
  resize: 'Resized',
  delete: 'Deleted',
  reclass: 'Class changed',
  'to-front': 'Brought to the front',
  'to-back': 'Sent to the back',
  ignore: 'Ignored, or not',
  difficult: 'Difficult, or not',
  truncated: 'Truncated, or not',
  occluded: 'Occluded, or not',
  duplicate: 'Duplicated',
  paste: 'Pasted',
  repeat: 'Repeated from another image',
  finish: 'Marked done',
  accept: 'Suggestion accepted',
  import: 'Imported',
  'go-back': 'Gone back',
  'class-merge': 'Classes merged',
  'class-delete': 'Class deleted',
  'remove-images': 'Taken out of the project',
};

/** `Drawn`, `Undone: drawn`. */
export function gestureWords({
  kind,
  gesture,
}: {
  kind: 'gesture' | 'undo' | 'redo';
  gesture: string;
}): string {
  const words = WORDS[gesture] ?? gesture;
  if (kind === 'gesture') return words;
  return `${kind === 'undo' ? 'Undone' : 'Redone'}: ${words.charAt(0).toLowerCase()}${words.slice(1)}`;
}
