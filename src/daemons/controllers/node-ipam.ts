import { type Node, nodes } from "#api/core/node.ts";
import { referenceTo } from "#client/events.ts";
import { podCidrsOf } from "#core/node.ts";
import { type BlockSource, freeBlocks } from "#core/nodes/pod-blocks.ts";
import type { Cidr } from "#net/cidr.ts";
import { changesOf, type Loop, loop } from "../loop.ts";
import { backoffOf, type ControllerContext, collection, recorderOf } from "./context.ts";

interface Work {
  readonly node: Node;
  /** undefined: none is left. */
  readonly blocks: readonly Cidr[] | undefined;
}

/**
 * Gives every Node its blocks of pod addresses, once and for all. Nodes are worked on one after another, since each choice
 * depends on those before. Source: pkg/controller/nodeipam in Kubernetes.
 */
export function nodeIpamController(context: ControllerContext, sources: readonly BlockSource[]): Loop {
  const all = collection(context, nodes);
  const recorder = recorderOf(context, "cidrAllocator");

  const plan = (name: string): Work | undefined => {
    const node = all.cache.get("", name);
    if (node === undefined || podCidrsOf(node.spec).length > 0) return undefined;
    const taken = all.cache.list().flatMap(({ spec }) => podCidrsOf(spec));
    return { node, blocks: freeBlocks(sources, taken) };
  };

  const apply = async ({ node, blocks }: Work): Promise<undefined> => {
    const { name } = node.metadata;
    if (blocks === undefined) {
      const message = `Node ${name} status is now: CIDRNotAvailable`;
      recorder.record(referenceTo(nodes, node), "Normal", { reason: "CIDRNotAvailable", message });
      throw new PodBlocksExhausted(name, sources);
    }
    const texts = blocks.map(({ text }) => text);
    await all.client.patch("", name, { type: "merge", body: { spec: { podCIDR: texts[0], podCIDRs: texts } } });
  };

  return loop({
    name: "node-ipam",
    sources: [changesOf(all.cache, ({ metadata }) => [metadata.name])],
    plan,
    apply,
    parallel: 1,
    backoff: backoffOf(context),
    failed: context.failed,
  });
}

/** Every block of the cluster is some node's. It is tried again: nodes may go. */
class PodBlocksExhausted extends Error {
  readonly code = "PodBlocksExhausted";
  readonly where: string;
  readonly fix = "delete Nodes that are gone, or begin anew with a larger --cluster-cidr";
  constructor(node: string, sources: readonly BlockSource[]) {
    const blocks = sources.map(({ cluster, prefixLength }) => `a /${prefixLength} in ${cluster.text}`);
    super(`node ${node} gets no addresses for its pods: there is not ${blocks.join(" and ")} left`);
    this.where = node;
  }
}
