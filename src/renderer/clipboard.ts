// Texts into the clipboard, also where the page came over plain HTTP and the browser keeps its clipboard from it.

/** Says whether it is there. Only in answer to a click or a key. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The way of old: what is selected is copied. The focus stays where it is, a dialog would take it back. */
function copySelected(text: string): boolean {
  const selection = getSelection();
  if (!selection) return false;
  const before = Array.from({ length: selection.rangeCount }, (_, index) => selection.getRangeAt(index));
  const copy = document.createElement('span');
  copy.textContent = text;
  copy.style.cssText = 'position: fixed; clip-path: inset(50%); white-space: pre; user-select: text;';
  document.body.append(copy);
  try {
    selection.selectAllChildren(copy);
    // nothing else copies in a page that is not secure
    return document.execCommand('copy');
  } finally {
    selection.removeAllRanges();
    for (const range of before) selection.addRange(range);
    copy.remove();
  }
}
