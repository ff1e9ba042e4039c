// The name of a folder for what has a title: one that every system takes, and that leads nowhere else.

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const REFUSED = /[/\\:*?"<>|\u0000-\u001f\u007f]/g;
/** Windows means devices by these, whatever comes after a dot. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(?=\s*(\.|$))/i;
/** Even of four bytes each they stay below the 255 that a name may have. */
const MOST_LETTERS = 60;

/** `a/b: test?` becomes `a-b- test-`. Never empty. */
export function folderNameOf(title: string): string {
  // a name that begins with a hyphen is taken for an option by other programs
  const begun = title.replace(REFUSED, '-').replace(/^[.\s-]+/, '');
  const letters = [...begun.replace(DEVICE, '$1-')].slice(0, MOST_LETTERS);
  return letters.join('').replace(/[.\s]+$/, '') || 'project';
}
