import type { Node } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { readingOwnWrites } from "#client/cache.ts";
import { eventRecorder } from "#client/events.ts";
import { type Informer, informer } from "#client/informer.ts";
import { resourceClient } from "#client/resource.ts";
import { requestToken } from "#client/token-request.ts";
import type { Transport } from "#client/transport.ts";
import type { NodeReport } from "#core/pods/node-object.ts";
import { hasCode } from "#os/files.ts";
import { openRuntime, type ProcessRuntime, type Container as RuntimeContainer } from "#os/process-runtime/runtime.ts";
import { everything, type Failure, type Loop, loop } from "../loop.ts";
import { type KubeletApi, type KubeletApiOptions, startKubeletApi, type TlsTexts } from "./kubelet-api.ts";
import { leaving } from "./leaving.ts";
import { Operations } from "./operations.ts";
import type { PodAccess } from "./pod-access.ts";
import { blocksOf } from "./pod-blocks.ts";
import { PodLoops } from "./pod-loops.ts";
import { PodMemory } from "./pod-memory.ts";
import type { StarterFacts } from "./pod-starter.ts";
import { PodTokens, type PodTokensOptions } from "./pod-tokens.ts";
import { PortClashes } from "./port-clashes.ts";
import { Probers } from "./probers.ts";
import { References } from "./references.ts";
import { type Registration, register } from "./registration.ts";
import { tellWith } from "./remarks.ts";

export interface AgentOptions {
  readonly transport: Transport;
  readonly services: Informer<Service>;
  readonly nodes: Informer<Node>;
  readonly slices: Informer<EndpointSlice>;
  /** How the node is at this moment, but for what only the agent knows. */
  readonly report: () => Omit<NodeReport, "kubeletPort" | "hasPodBlock">;
  /** What the runtime keeps, and what containers must not see. */
  readonly runtime: { readonly dir: string; readonly hidden: readonly string[] };
  readonly starter: StarterFacts;
  readonly kubelet: { readonly addresses: readonly string[]; readonly port: number; readonly tls: TlsTexts };
  readonly failed: (failure: Failure) => void;
}

export interface Agent {
  /** Resolves when the Node is registered and pods can be started. */
  readonly ready: Promise<void>;
  /** Shows another certificate to those who call the agent. PEM texts. */
  readonly renewServing: (pair: { readonly cert: string; readonly key: string }) => void;
  /** Pods go on running. */
  readonly stop: () => Promise<void>;
}

/** How often the runtime looks for supervisors that were killed, and for logs that have grown long. Seconds. */
const sweepSeconds = 10;

/** Runs one node's pods: whatever an earlier agent started is adopted. Throws the faults of the runtime and of its ports. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { transport, report, failed } = options;
  const { name } = report();
  const memory = new PodMemory();
  const mine: Informer<Pod> = informer(transport, pods, { fieldSelector: `spec.nodeName=${name}` });
  const recorder = eventRecorder(transport, { component: "kubelet", host: name });
  const tell = tellWith(recorder);
  const clashes = new PortClashes({ memory, tell, pods: mine });
  const failedAt = (part: string) => (fault: unknown) => failed({ loop: part, key: name, fault, failures: 1 });
  let loops: PodLoops | undefined;
  const runtime = await openRuntime({
    ...options.runtime,
    ended(container: RuntimeContainer) {
      memory.note(container);
      loops?.changed(container.sandbox);
      clashes.ended(container).catch(failedAt("port-clashes"));
    },
    failed: failedAt("runtime"),
  });
  for (const sandbox of await runtime.list()) memory.adopt(sandbox);
  const references = new References(transport, options.services, (key) => loops?.referencesChanged(key));
  const client = readingOwnWrites(resourceClient(transport, pods), mine);
  const tokens = new PodTokens({ ask: askedOf(transport), now: Date.now, random: Math.random });
  const hostAddresses = options.starter.node.addresses;
  const shared = { memory, runtime, recorder, references, tokens, client };
  const probers = new Probers({ ...shared, nodeAddresses: hostAddresses, changed: (uid) => loops?.changed(uid) });
  const operations = new Operations({
    ...shared,
    tell,
    clashes,
    facts: options.starter,
    podCidrs: blocksOf(options.nodes, name),
    leave: leaving(options),
  });
  const api = await startKubeletApiNear({
    ...options.kubelet,
    pods: podAccess(mine, memory, runtime),
    failed: failedAt("kubelet-api"),
  });
  const registration = register({
    transport,
    nodes: options.nodes,
    report: () => ({ ...report(), kubeletPort: api.port }),
    recorder,
    failed,
  });
  loops = new PodLoops({ ...shared, informer: mine, operations, probers, hostAddresses, failed });
  const orphans = loops;
  const synced = [registration.registered, mine.synced(), options.services.synced(), options.nodes.synced()];
  const ready = Promise.all(synced).then(() => {
    for (const uid of memory.uids()) orphans.changed(uid); // what ran for pods that were deleted meanwhile
  });
  ready.catch(() => {}); // where another part of the node can't start, nobody waits for this one any more
  const sweeping = sweep(runtime, failed);
  const stop = stopper({ loops, probers, references, mine, registration, api, sweeping, runtime });
  return { ready, renewServing: api.renew, stop };
}

/** At its usual port, or at any where another cluster of this machine has that: the Node tells which. */
async function startKubeletApiNear(options: KubeletApiOptions): Promise<KubeletApi> {
  try {
    return await startKubeletApi(options);
  } catch (fault) {
    if (!hasCode(fault, "EADDRINUSE")) throw fault;
    return startKubeletApi({ ...options, port: 0 });
  }
}

const askedOf =
  (transport: Transport): PodTokensOptions["ask"] =>
  ({ metadata: { namespace, name, uid }, spec }, { audience, expirationSeconds }) =>
    requestToken(
      transport,
      { namespace, name: spec.serviceAccountName ?? "" },
      {
        audiences: audience === "" ? [] : [audience],
        expirationSeconds,
        boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid },
      },
    );

function podAccess(mine: Informer<Pod>, memory: PodMemory, runtime: ProcessRuntime): PodAccess {
  return {
    pod: (namespace: string, pod: string) => mine.get(namespace, pod),
    all: () => mine.list(),
    container: (pod: Pod, container: string, previous: boolean) =>
      memory.containersOf(pod.metadata.uid, container).at(previous ? -2 : -1),
    exec: (id: string, argv: readonly string[]) => runtime.exec(id, argv),
    execAtTerminal: (id: string, argv: readonly string[]) => runtime.execAtTerminal(id, argv),
    attach: (id: string) => runtime.attach(id),
    sandbox: (pod: Pod) => memory.sandboxOf(pod.metadata.uid)?.id,
    connect: (sandbox, to) => runtime.connect(sandbox, to),
  };
}

function sweep(runtime: ProcessRuntime, failed: AgentOptions["failed"]): Loop {
  const sweeping = loop<true>({
    name: "runtime-sweep",
    sources: [],
    plan: () => true,
    async apply() {
      await runtime.sweep();
      return { againSeconds: sweepSeconds };
    },
    parallel: 1,
    backoff: { firstSeconds: 1, longestSeconds: sweepSeconds, random: Math.random },
    failed,
  });
  sweeping.enqueue(everything);
  return sweeping;
}

interface Running {
  readonly loops: PodLoops;
  readonly probers: Probers;
  readonly references: References;
  readonly mine: Informer<Pod>;
  readonly registration: Registration;
  readonly api: KubeletApi;
  readonly sweeping: Loop;
  readonly runtime: ProcessRuntime;
}

const stopper = (running: Running) => async (): Promise<void> => {
  running.probers.stop();
  await Promise.all([running.registration.stop(), running.loops.stop(), running.sweeping.stop(), running.api.close()]);
  running.references.stop();
  running.mine.stop();
  running.runtime.close();
};
