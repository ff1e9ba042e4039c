// What a screen in the pseudo language still says in English: its text, and the words for screen readers and pointers.
import type { Page } from 'playwright';

/** Names and units that no language changes. */
const NAMES = [
  /https:\/\/\S+/g,
  // what the user or the samples call their own
  /\b(red-cell|white-cell|platelet|Sample cells( coco)?|Blood cells \(BCCD\)|Raccoons|Shenggan|Dat Tran|MIT)(?![\w])/g,
  /\S+\.(jpg|png|xml|json|yaml|txt|db)\b/g,
  /(?:\/[\w.-]+)+/g,
  /\b(train|val|test)\b/g,
  // what the program calls runs, exports, their programs and kinds of errors
  /\b(Run \d+|r\d+(-onnx)?|predict\.(py|mjs|cpp)|onnxruntime(-node)?|Cls|Loc|Both|Dup|Bkg|Miss)(?![\w])/g,
  // recipes, alone or named; backbones, computers, the first letters of a hash
  /(?<=^|\[|: )(fast|balanced|paper|reference)(?= \(|\]?$)/g,
  /\befficientnet-lite0\b/g,
  /^CPU, \d+ cores$/g,
  /\b[0-9a-f]{12}\b/g,
  // a date of today
  /\b([A-Z][a-z]{2} \d+(, \d{4})?|[AP]M)\b/g,
  // products and formats
  /\b(DDOD Studio|DDOD|ATSS|FCOS|RetinaNet|ResNet-?\d*|COCO|Pascal VOC|VOC|YOLO|CVAT( XML)?|ONNX|TensorFlow|CSV|SQLite|Pseudo)\b/g,
  /\bLabel Studio( JSON)?|labelme(, X-AnyLabeling)?|Create ML|WIDER FACE|CrowdHuman( \(odgt\))?|Ultralytics, Darknet, labelImg\b/g,
  // metrics, units, keys
  /^\s*loss\s*$/g,
  /\b(grad_norm|images_per_second|memory_mb|memory_peak_mb|boxes_without_positive|(cls|reg)_pos\.P\d)\b/g,
  /\b(AP(\d*|[sml])|\d\.\de-\d+|loss_\w+|lr|px|MP|MB|GB|kB|fps|IoU)\b/g,
  /\b((Ctrl|Shift|Alt)\+)*(Ctrl|Shift|Alt|Esc|Escape|Enter|Delete|Tab|Space|F\d+|[A-Z])(?![\w])/g,
];

/** Visible text (of what lies open above the view, where something does) and the attributes that are read out or shown; keys, code and what is marked as no words are left out. */
const COLLECT = `(() => {
  const out = [];
  const root = [...document.querySelectorAll('[role="dialog"], [role="menu"]')].at(-1) ?? document.body;
  const skipped = (element) => element.closest('code, kbd, script, style, [translate="no"]') !== null;
  const seen = (element) => (element.closest('select') ?? element).checkVisibility();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() !== '' && seen(element) && !skipped(element)) out.push(node.data);
  }
  for (const name of ['aria-label', 'aria-description', 'title', 'placeholder', 'alt'])
    for (const element of root.querySelectorAll('[' + name + ']'))
      if (seen(element) && !skipped(element)) out.push(name + '=' + element.getAttribute(name));
  return out;
})()`;

/** What is still English on the page as it stands, sorted and once each. */
export async function englishLeft(page: Page): Promise<string[]> {
  const texts = (await page.evaluate(COLLECT)) as string[];
  const english = texts.filter((text) => /[A-Za-z]/.test(withoutNames(text.replace(/^[\w-]+=/, ''))));
  return [...new Set(english.map((text) => text.replace(/\s+/g, ' ').trim()))].sort();
}

function withoutNames(text: string): string {
  return NAMES.reduce((rest, name) => rest.replace(name, ''), text);
}
