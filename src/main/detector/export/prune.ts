/** Dead-code removal: what no output of a graph needs. */
import type { Graph } from './graph.ts';

/** `graph` without the nodes and constants that its outputs do not need; inputs stay. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs);
  const nodes = [...graph.nodes].reverse().filter((node) => {
    const used = node.outputs.some(({ name }) => needed.has(name));
    if (used) for (const input of node.inputs) needed.add(input);
    return used;
  });
  const constants = graph.constants.filter(({ name }) => needed.has(name));
  return { ...graph, constants, nodes: nodes.reverse() };
}
