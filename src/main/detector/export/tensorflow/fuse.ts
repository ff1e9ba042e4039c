/** Convolutions with the bias and activation after them as one node: TensorFlow.js has kernels for these three at once. */
import type { AttrValue, NodeDef } from '../graph-def.ts';

const fusedOps: Readonly<Record<string, string>> = {
  Conv2D: '_FusedConv2D',
  DepthwiseConv2dNative: 'FusedDepthwiseConv2dNative',
};

/** `nodes` with every convolution, bias and ReLU in a row as one, under the name of the last of them. */
export function fuseConvolutions(nodes: readonly NodeDef[]): NodeDef[] {
  const consumers = consumersOf(nodes);
  const onlyConsumer = (node: NodeDef | undefined, ops: readonly string[]) => {
    const [consumer, ...others] = consumers.get(node?.name ?? '') ?? [];
    return consumer && others.length === 0 && ops.includes(consumer.op) ? consumer : undefined;
  };
  const gone = new Set<NodeDef>();
  const fused = new Map<NodeDef, NodeDef>();
  for (const node of nodes.filter(({ op }) => op in fusedOps)) {
    const bias = onlyConsumer(node, ['BiasAdd']);
    if (bias === undefined) continue;
    const activation = onlyConsumer(bias, ['Relu', 'Relu6']);
    const chain = [node, bias, ...(activation === undefined ? [] : [activation])];
    for (const part of chain) gone.add(part);
    // in the last one's place: the bias may be made after the convolution
    fused.set(chain.at(-1) ?? node, fusedNode(chain, bias.input[1] ?? ''));
  }
  return nodes.flatMap((node) => fused.get(node) ?? (gone.has(node) ? [] : [node]));
}

const text = new TextEncoder();

function fusedNode(chain: readonly NodeDef[], bias: string): NodeDef {
  const [convolution, ...after] = chain as [NodeDef, ...NodeDef[]];
  const attr: Record<string, AttrValue> = {
    ...convolution.attr,
    num_args: { i: 1 },
    fused_ops: { list: { s: after.map(({ op }) => text.encode(op)) } },
  };
  return {
    name: chain.at(-1)?.name ?? convolution.name,
    op: fusedOps[convolution.op] ?? convolution.op,
    input: [...convolution.input, bias],
    attr,
  };
}

/** Nodes that read each node, by its name. */
function consumersOf(nodes: readonly NodeDef[]): Map<string, NodeDef[]> {
  const consumers = new Map<string, NodeDef[]>();
  for (const node of nodes) {
    for (const input of node.input) {
      const source = input.split(':')[0] ?? '';
      consumers.set(source, [...(consumers.get(source) ?? []), node]);
    }
  }
  return consumers;
}
