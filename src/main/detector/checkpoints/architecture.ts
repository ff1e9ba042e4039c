// What a set of weights is, judged by its names and shapes: for telling a file from the network it was picked for.

/** PyTorch's shape of each weight, under mmdet's names. */
export type WeightShapes = ReadonlyMap<string, readonly number[]>;

/** A phrase such as "DDOD with a ResNet-50 and 80 classes" or "an EfficientNet-Lite0 backbone". */
export function describeArchitecture(shapes: WeightShapes): string {
  const backbone = backboneOf(shapes);
  const head = headOf(shapes);
  if (head !== undefined) {
    const classes = classCount(shapes);
    const counted = classes === undefined ? '' : ` and ${classes} ${classes === 1 ? 'class' : 'classes'}`;
    return `${head} with ${backbone ?? 'an unknown backbone'}${counted}`;
  }
  if (backbone !== undefined) return `${backbone} backbone`;
  const names = [...shapes.keys()].slice(0, 3);
  return `weights of another kind (${names.join(', ') || 'none'})`;
}

/** The number of classes that a one-anchor head of these weights tells apart. */
export function classCount(shapes: WeightShapes): number | undefined {
  return shapes.get('bbox_head.atss_cls.bias')?.[0] ?? shapes.get('bbox_head.conv_cls.bias')?.[0];
}

function headOf(shapes: WeightShapes): string | undefined {
  const has = (name: string) => shapes.has(`bbox_head.${name}`);
  if (has('atss_iou.weight')) return has('cls_convs.0.conv.conv_offset.weight') ? 'DDOD' : 'ATSS(IoU)';
  if (has('atss_centerness.weight')) return 'ATSS';
  if (has('conv_centerness.weight')) return 'FCOS';
  if (has('retina_cls.weight')) return 'RetinaNet';
  return [...shapes.keys()].some((name) => /^(bbox|roi|rpn)_head\./.test(name))
    ? 'another detector'
    : undefined;
}

function backboneOf(shapes: WeightShapes): string | undefined {
  return resnetOf(shapes) ?? efficientNetOf(shapes);
}

/** Depth of a ResNet by the blocks of its layer3; from 50 on they are bottlenecks. */
const resnetDepths: Readonly<Record<string, number>> = {
  'basic 2': 18,
  'basic 6': 34,
  'bottleneck 6': 50,
  'bottleneck 23': 101,
  'bottleneck 36': 152,
};

/** 18, 34, 50, 101 or 152; undefined where the weights are of no known ResNet. */
export function resnetDepth(shapes: WeightShapes): number | undefined {
  const kind = shapes.has('backbone.layer3.0.conv3.weight') ? 'bottleneck' : 'basic';
  return resnetDepths[`${kind} ${resnetBlocks(shapes)}`];
}

/** 0, 1 or 2; undefined where the weights are of no EfficientNet-Lite that is known. */
export function liteVariant(shapes: WeightShapes): number | undefined {
  const blocks = hasExcitation(shapes) ? 0 : efficientNetBlocks(shapes);
  if (blocks === 16) return 0;
  if (blocks !== 21) return undefined;
  // Lite1 and Lite2 are as deep as each other, but not as wide
  const width = shapes.get(`backbone._blocks.${blocks - 1}._project_conv.weight`)?.[0];
  return width === 320 ? 1 : 2;
}

function resnetOf(shapes: WeightShapes): string | undefined {
  if (resnetBlocks(shapes) === 0) return undefined;
  const depth = resnetDepth(shapes);
  return depth === undefined ? 'a ResNet of unknown depth' : `a ResNet-${depth}`;
}

function efficientNetOf(shapes: WeightShapes): string | undefined {
  const blocks = efficientNetBlocks(shapes);
  if (blocks === 0) return undefined;
  if (hasExcitation(shapes)) return 'an EfficientNet (not Lite)';
  return `an EfficientNet-Lite${liteVariant(shapes) ?? ` of ${blocks} blocks`}`;
}

function hasExcitation(shapes: WeightShapes): boolean {
  return [...shapes.keys()].some((name) => name.includes('._se_'));
}

function resnetBlocks(shapes: WeightShapes): number {
  return countBlocks(shapes, /^backbone\.layer3\.(\d+)\.conv1\.weight$/);
}

function efficientNetBlocks(shapes: WeightShapes): number {
  return countBlocks(shapes, /^backbone\._blocks\.(\d+)\._depthwise_conv\.weight$/);
}

function countBlocks(shapes: WeightShapes, pattern: RegExp): number {
  return [...shapes.keys()].filter((name) => pattern.test(name)).length;
}
