import type { Pod } from "#api/core/pod.ts";
import { podAddresses } from "#core/pods/pod-addresses.ts";
import type { Cidr } from "#net/cidr.ts";
import type { Ip } from "#net/ip.ts";
import type { ProcessRuntime } from "#os/process-runtime/runtime.ts";
import { SysctlRefused } from "#os/process-runtime/sandbox.ts";
import { CommandFailed } from "#os/spawn.ts";
import type { PodMemory } from "./pod-memory.ts";
import { sandboxPlan } from "./pod-starter.ts";
import type { PortClashes } from "./port-clashes.ts";
import type { Tell } from "./remarks.ts";

/** More pods than the node's block has addresses; one that ends leaves its own to the next. */
class NoAddressLeft extends Error {
  readonly code = "NoAddressLeft";
  readonly where: string;
  readonly fix = "delete pods of this node, or give its pods a larger block when it is made anew";
  constructor(block: Cidr) {
    super(`no address is left in ${block.text} for another pod`);
    this.where = block.text;
  }
}

export interface SandboxesOptions {
  readonly runtime: ProcessRuntime;
  readonly memory: PodMemory;
  readonly tell: Tell;
  readonly clashes: PortClashes;
  /** The addresses of this node's pods, a block a family; it may take a while until the node has got them. */
  readonly podCidrs: () => Promise<readonly Cidr[]>;
}

/** The namespaces of this node's pods, and their addresses. */
export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** Of sandboxes that are being made. */
  readonly #reserved = new Set<string>();
  /** Given out last, one a family. */
  #last: readonly Ip[] = [];

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  /** Throws `NoAddressLeft`, `CommandFailed`, `SysctlRefused`, each told in an event. */
  async create(pod: Pod): Promise<void> {
    const { runtime, memory, tell } = this.#options;
    const { uid } = pod.metadata;
    await runtime.removeSandbox(uid); // what a reboot or an unfinished start left
    memory.emptied(uid);
    let addresses: readonly Ip[] = [];
    try {
      if (pod.spec.hostNetwork !== true) addresses = await this.#reserve(pod);
      memory.sandboxMade(await runtime.createSandbox(sandboxPlan(pod, addresses)));
      await this.#options.clashes.hidden(pod);
    } catch (fault) {
      if (fault instanceof CommandFailed || fault instanceof SysctlRefused || fault instanceof NoAddressLeft) {
        const message = `Failed to create pod sandbox: ${fault.message}`;
        tell(pod, { type: "Warning", reason: "FailedCreatePodSandBox", message });
      }
      throw fault;
    } finally {
      for (const { text } of addresses) this.#reserved.delete(text);
    }
  }

  /** Its address is free for others; what its containers left stays. */
  async stop(uid: string): Promise<void> {
    await this.#options.runtime.stopSandbox(uid);
    this.#options.memory.sandboxStopped(uid);
  }

  async remove(uid: string): Promise<void> {
    await this.#options.runtime.removeSandbox(uid);
    this.#options.memory.emptied(uid);
  }

  async #reserve(pod: Pod): Promise<readonly Ip[]> {
    const { memory, podCidrs } = this.#options;
    const blocks = await podCidrs();
    const wanted = (pod.status.podIPs ?? []).map(({ ip }) => ip);
    const taken = new Set([...memory.addresses(), ...this.#reserved]);
    const given = podAddresses(blocks, { wanted, taken, last: this.#last });
    if (given.kind === "exhausted") throw new NoAddressLeft(given.block);
    const { addresses } = given;
    for (const { text } of addresses) this.#reserved.add(text);
    if (addresses.some(({ text }) => !wanted.includes(text))) this.#last = addresses;
    return addresses;
  }
}
