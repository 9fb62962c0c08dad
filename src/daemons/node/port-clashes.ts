import type { Pod } from "#api/core/pod.ts";
import type { Index, Informer } from "#client/informer.ts";
import { hostPortsOf } from "#core/host-ports.ts";
import { portsInUse, type WantedPort } from "#core/pods/port-clash.ts";
import { readLog } from "#os/container-log.ts";
import { type PortHolder, portHolders } from "#os/port-holders.ts";
import type { Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { parentOf } from "#os/processes.ts";
import { containerNamed } from "./pod-containers.ts";
import type { PodMemory } from "./pod-memory.ts";
import type { Tell } from "./remarks.ts";

export interface PortClashesOptions {
  readonly memory: PodMemory;
  readonly tell: Tell;
  /** This node's. */
  readonly pods: Pick<Informer<Pod>, "index" | "list">;
}

/** So many lines at the end of a log tell why a program gave up. */
const lastLines = 30;

/** Tells of ports of the node that somebody else has, and who that is. The scheduler knows only of ports that pods declare. */
export class PortClashes {
  readonly #options: PortClashesOptions;
  readonly #byUid: Index<Pod>;

  constructor(options: PortClashesOptions) {
    this.#options = options;
    this.#byUid = options.pods.index(({ metadata }) => [metadata.uid]);
  }

  /** To be called when a container has ended: on the node's own network it may have found its port taken. */
  async ended({ sandbox, name, state, logPath }: RuntimeContainer): Promise<void> {
    const [pod] = this.#byUid(sandbox);
    if (pod?.spec.hostNetwork !== true || state.kind !== "ended" || state.exitCode === 0) return;
    const log = await lastOf(logPath);
    for (const wanted of portsInUse(log, containerNamed(pod, name))) {
      const [foreign] = await foreignHolders(wanted);
      const holder = foreign === undefined ? this.#hostPortOf(wanted) : await this.#show(foreign);
      if (holder === undefined) continue;
      const message = `Container ${name} ended because port ${wanted.port}/${wanted.protocol} of the node is taken by ${holder}`;
      this.#options.tell(pod, { container: name, type: "Warning", reason: "HostPortTaken", message });
      return;
    }
  }

  /** To be called when a pod gets its network: its host ports are passed on to it also where a program of the node listens there. */
  async hidden(pod: Pod): Promise<void> {
    if (pod.spec.hostNetwork === true) return;
    for (const { port, protocol } of hostPortsOf(pod)) {
      const [holder] = protocol === "SCTP" ? [] : await foreignHolders({ port, protocol });
      if (holder === undefined) continue;
      const message = `Host port ${port}/${protocol} now leads to this pod; ${await this.#show(holder)} listens there too, and is no longer reached at the node's addresses`;
      this.#options.tell(pod, { type: "Warning", reason: "HostPortTaken", message });
    }
  }

  /** `pod default/influxdb (influxd, process 4711)`, or `process 4711 (influxd)`. */
  async #show(holder: PortHolder): Promise<string> {
    const pod = await this.#podOf(holder);
    if (pod !== undefined) return `pod ${pod} (${holder.command}, process ${holder.pid})`;
    return holder.pid === 0 ? "a process that can't be seen from here" : `process ${holder.pid} (${holder.command})`;
  }

  /** The pod for whose host port this very process listens on the node's localhost. */
  #hostPortOf({ port, protocol }: WantedPort): string | undefined {
    const holder = this.#options.pods
      .list()
      .find(
        (pod) =>
          pod.spec.hostNetwork !== true &&
          hostPortsOf(pod).some((one) => one.port === port && one.protocol === protocol),
      );
    return holder && `pod ${holder.metadata.namespace}/${holder.metadata.name} (its host port)`;
  }

  /** A process of a container descends from the container's first one. */
  async #podOf(holder: PortHolder): Promise<string | undefined> {
    const pods = this.#options.memory.podsByProcess();
    for (let pid: number | undefined = holder.pid; pid !== undefined && pid > 1; pid = await parentOf(pid)) {
      const pod = pods.get(pid);
      if (pod !== undefined) return pod;
    }
    return undefined;
  }
}

/** The proxy of the same process listens on localhost for node ports and host ports. */
const foreignHolders = async (wanted: WantedPort): Promise<readonly PortHolder[]> =>
  (await portHolders([wanted], "leftOut")).get(wanted) ?? [];

async function lastOf(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of readLog(path, { tailLines: lastLines })) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
