import type { Pod } from "#api/core/pod.ts";
import { podAddress } from "#core/pods/pod-addresses.ts";
import type { Cidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import type { ProcessRuntime } from "#os/process-runtime/runtime.ts";
import { SysctlRefused } from "#os/process-runtime/sandbox.ts";
import { CommandFailed } from "#os/spawn.ts";
import type { PodMemory } from "./pod-memory.ts";
import { sandboxPlan } from "./pod-starter.ts";
import type { Tell } from "./remarks.ts";

/** More pods than the node's block has addresses; one that ends leaves its own to the next. */
export class NoAddressLeft extends Error {
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
  /** The addresses of this node's pods, a block a family; it may take a while until the node has got them. */
  readonly podCidrs: () => Promise<readonly Cidr[]>;
}

/** The namespaces of this node's pods, and their addresses. */
export class Sandboxes {
  readonly #options: SandboxesOptions;
  /** Of sandboxes that are being made. */
  readonly #reserved = new Set<string>();
  #lastAddress: Ip | undefined;

  constructor(options: SandboxesOptions) {
    this.#options = options;
  }

  /** Throws `NoAddressLeft`, `CommandFailed`, `SysctlRefused`, each told in an event. */
  async create(pod: Pod): Promise<void> {
    const { runtime, memory, tell } = this.#options;
    const { uid } = pod.metadata;
    await runtime.removeSandbox(uid); // what a reboot or an unfinished start left
    memory.emptied(uid);
    let address: string | undefined;
    try {
      address = pod.spec.hostNetwork === true ? undefined : await this.#reserve(pod);
      memory.sandboxMade(await runtime.createSandbox(sandboxPlan(pod, address)));
    } catch (fault) {
      if (fault instanceof CommandFailed || fault instanceof SysctlRefused || fault instanceof NoAddressLeft) {
        const message = `Failed to create pod sandbox: ${fault.message}`;
        tell(pod, { type: "Warning", reason: "FailedCreatePodSandBox", message });
      }
      throw fault;
    } finally {
      if (address !== undefined) this.#reserved.delete(address);
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

  async #reserve(pod: Pod): Promise<string> {
    const { memory, podCidrs } = this.#options;
    const [podCidr] = await podCidrs();
    if (podCidr === undefined) throw new RangeError("a node has at least one block of pod addresses");
    const taken = new Set([...memory.addresses(), ...this.#reserved]);
    const address = podAddress(podCidr, { wanted: pod.status.podIP, taken, last: this.#lastAddress });
    if (address === undefined) throw new NoAddressLeft(podCidr);
    this.#reserved.add(address.text);
    if (address.text !== parseIp(pod.status.podIP ?? "")?.text) this.#lastAddress = address;
    return address.text;
  }
}
