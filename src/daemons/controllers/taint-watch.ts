import type { Taint } from "#api/core/node/spec.ts";
import type { Node } from "#api/core/node.ts";
import { drivingTaints } from "#core/nodes/node-health.ts";

/** Since when each taint that drives pods away has been seen on each node, by a clock that only goes forward. */
export class TaintWatch {
  readonly #elapsedMs: () => number;
  readonly #since = new Map<string, ReadonlyMap<string, number>>();

  constructor(elapsedMs: () => number) {
    this.#elapsedMs = elapsedMs;
  }

  /** To be called whenever the node is looked at. */
  see(node: Node): void {
    const before = this.#since.get(node.metadata.name);
    const seen = drivingTaints(node).map(({ key }) => [key, before?.get(key) ?? this.#elapsedMs()] as const);
    if (seen.length === 0) this.forget(node.metadata.name);
    else this.#since.set(node.metadata.name, new Map(seen));
  }

  forget(name: string): void {
    this.#since.delete(name);
  }

  heldSeconds(name: string, { key }: Taint): number {
    const since = this.#since.get(name)?.get(key);
    return since === undefined ? 0 : (this.#elapsedMs() - since) / 1000;
  }
}
