// Every name that a change of labels bears in the journal. A name is never changed: journals live as long as their projects.

/** What a hand does to the boxes of an image. */
export const boxGestures = [
  'draw',
  'move',
  'nudge',
  'resize',
  'delete',
  'reclass',
  'to-front',
  'to-back',
  'ignore',
  'difficult',
  'truncated',
  'occluded',
  'duplicate',
  'paste',
  'repeat',
  'accept',
] as const;
export type BoxGesture = (typeof boxGestures)[number];

export const gestureNames = [
  ...boxGestures,
  'finish',
  'go-back',
  'reject',
  'class-add',
  'class-change',
  'class-reorder',
  'class-merge',
  'class-delete',
  'change-states',
  'change-splits',
  'deal-splits',
  'remove-images',
  'import',
] as const;
export type GestureName = (typeof gestureNames)[number];
