import type { Node } from "#api/core/node.ts";
import type { Informer } from "#client/informer.ts";
import { podCidrsOf } from "#core/node.ts";
import type { Cidr } from "#net/cidr.ts";

/** What the Node has got as addresses of its pods, now or as soon as it has. */
export function blocksOf(nodes: Informer<Node>, name: string): () => Promise<readonly Cidr[]> {
  const now = (): readonly Cidr[] => {
    const node = nodes.get("", name);
    return node === undefined ? [] : podCidrsOf(node.spec);
  };
  return () =>
    new Promise((resolve) => {
      if (now().length > 0) return resolve(now());
      const stop = nodes.onChange(() => {
        if (now().length === 0) return;
        stop();
        resolve(now());
      });
    });
}
