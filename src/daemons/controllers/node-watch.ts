import type { Node } from "#api/core/node.ts";
import { readyOf } from "#core/node.ts";
import { type Silence, silenceOf } from "./silence.ts";

export interface NodeWatchOptions {
  /** Milliseconds that only go forward. */
  readonly elapsedMs: () => number;
  readonly graceSeconds: number;
  /** What changes whenever the node is heard of. */
  readonly signOf: (node: Node) => string;
}

/** How long each node has not been heard of. */
export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #silences = new Map<string, Silence>();

  constructor(options: NodeWatchOptions) {
    this.#options = options;
  }

  isKnown(node: Node): boolean {
    return this.#silences.has(node.metadata.name);
  }

  /** What is to be thought of it now. To be called when it may have been heard of, and when it is time to look again. */
  look(node: Node): Silence {
    const { elapsedMs, graceSeconds, signOf } = this.#options;
    const { name } = node.metadata;
    const silence = silenceOf(this.#silences.get(name), { sign: signOf(node), atMs: elapsedMs(), graceSeconds });
    this.#silences.set(name, silence);
    return silence;
  }

  forget(name: string): void {
    this.#silences.delete(name);
  }

  /** Whether it may be lost: nodes that fall silent together don't do so in the same moment, so a suspicion is enough. */
  readonly mayBeLost = (node: Node): boolean => {
    if (readyOf(node)?.status !== "True") return true;
    const silence = this.#silences.get(node.metadata.name);
    if (silence === undefined || silence.sign !== this.#options.signOf(node)) return false;
    return silence.isSilent || silence.suspectedAtMs !== undefined;
  };
}
