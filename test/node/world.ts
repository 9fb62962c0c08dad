import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namespaces } from "#api/core/namespace.ts";
import { nodes } from "#api/core/node.ts";
import { type Pod, pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { informers } from "#client/informers.ts";
import { type ApiObject, type ResourceClient, resourceClient } from "#client/resource.ts";
import type { Transport } from "#client/transport.ts";
import type { Failure } from "#daemons/loop.ts";
import { type Agent, startAgent } from "#daemons/node/agent.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType, Draft } from "#machinery/schema.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { createAuthority } from "#os/pki.ts";
import { purgeRuntime } from "#os/process-runtime/purge.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { administrator, type Served, serve } from "../server/served.ts";

/** Why tests of a node's agent can't run here; undefined where they can. */
export const whyNot = process.getuid?.() === 0 ? undefined : "needs root: it makes namespaces and mounts";

/** The real server and a real agent that runs pods of this machine, without controllers, scheduler, proxy and DNS. */
export interface World extends AsyncDisposable {
  readonly served: Served;
  readonly folder: string;
  readonly pods: ResourceClient<Pod, Draft<typeof Pod>>;
  readonly of: <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>) => ResourceClient<O, Draft<T>>;
  /** What the agent's loops ran into. */
  readonly failures: readonly Failure[];
  /** Stops the agent and starts another on the same folders; `between` happens while there is none. */
  readonly restartAgent: (between?: () => Promise<void>) => Promise<void>;
  /** Makes a pod on the node, in the namespace of this world. */
  readonly run: (name: string, spec: Draft<typeof Pod>["spec"]) => Promise<Pod>;
  readonly pod: (name: string) => Promise<Pod | undefined>;
  /** Waits until the pod is so, and gives it. */
  readonly when: (name: string, what: string, is: (pod: Pod) => boolean) => Promise<Pod>;
  /** Waits until the API has the pod no more. */
  readonly gone: (name: string) => Promise<void>;
}

export const namespace = "node-tests";
const nodeName = "tested";

export interface WorldOptions {
  /** Of the block of addresses for its pods. */
  readonly prefixLength?: number;
  /** How the agent's requests reach the server, where it isn't straight. */
  readonly by?: (transport: Transport) => Transport;
}

export async function openWorld({ prefixLength = 24, by = (one) => one }: WorldOptions = {}): Promise<World> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "ptl-node-"));
  opened.defer(() => removeFolder(folder));
  const served = opened.use(await serve());
  const transport = inProcessTransport(served.server, administrator);
  const shared = informers(transport);
  opened.defer(() => shared.stop());
  const failures: Failure[] = [];
  const tls = await certificates();
  const start = (): Promise<Agent> =>
    startAgent({
      transport: by(transport),
      services: shared.of(services),
      slices: shared.of(endpointSlices),
      nodes: shared.of(nodes),
      ...optionsIn(folder),
      kubelet: { addresses: ["127.0.0.1"], port: 0, tls },
      failed: (failure) => failures.push(failure),
    });
  await makeNode(transport, prefixLength);
  opened.defer(() => purgeRuntime(join(folder, "runtime")));
  let agent = await start();
  opened.defer(() => agent.stop());
  await agent.ready;
  await resourceClient(transport, namespaces).create("", { metadata: { name: namespace } });
  await resourceClient(transport, serviceAccounts).create(namespace, { metadata: { name: "default" } });
  const client = resourceClient(transport, pods);
  const all = shared.of(pods);
  await all.synced();
  const pod = async (name: string) => all.get(namespace, name);
  const parts = opened.move();
  return {
    served,
    folder,
    pods: client,
    of: (kind) => resourceClient(transport, kind),
    failures,
    async restartAgent(between = async () => {}) {
      await agent.stop();
      await between();
      agent = await start();
      await agent.ready;
    },
    run: (name, spec) => client.create(namespace, { metadata: { name }, spec: { ...usual, ...spec } }),
    pod,
    when: (name, what, is) =>
      eventually(
        `${name} ${what}`,
        async () => {
          const now = await pod(name);
          return now !== undefined && is(now) && now;
        },
        { seconds: 20 },
      ),
    gone: async (name) =>
      void (await eventually(`the end of ${name}`, async () => (await pod(name)) === undefined, { seconds: 20 })),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function removeFolder(folder: string): Promise<void> {
  const left = (await mountsOf()).filter(({ at }) => at.startsWith(`${folder}/`));
  await unmount(left.map(({ at }) => at));
  await rm(folder, { recursive: true, force: true });
}

/** The controller that gives a node its block of addresses does not run here. */
async function makeNode(transport: Transport, prefixLength: number): Promise<void> {
  const podCIDR = `10.209.${process.pid % 256}.0/${prefixLength}`; // other test processes have theirs
  const spec = { podCIDR, podCIDRs: [podCIDR] };
  await resourceClient(transport, nodes).create("", { metadata: { name: nodeName }, spec });
}

const optionsIn = (folder: string) => ({
  report: () => report,
  runtime: { dir: join(folder, "runtime"), hidden: [] },
  starter: {
    node: { name: nodeName, addresses: ["127.0.0.1"], memoryBytes: 2 ** 30, cpuMillis: 1000 },
    network: {
      hostname: nodeName,
      clusterDomain: "cluster.local",
      clusterDns: ["10.96.0.10"],
      host: { nameservers: [], searches: [], options: [] },
    },
    volumesFolder: join(folder, "volumes"),
    imageOf: () => ({ command: [], args: ["sh"], env: {}, user: undefined, mounts: [] }),
  },
});

// Nobody here publishes what pods know the API by.
const usual = { nodeName, terminationGracePeriodSeconds: 1, automountServiceAccountToken: false };

/** A container of a shell that runs this script. */
export const shell = (name: string, script: string) => ({ name, image: "shell", command: ["sh", "-c", script] });
/** Ends when it is asked to. */
export const obedient = "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done";
/** Ends only when it is killed. */
export const stubborn = "trap '' TERM; while :; do sleep 3600; done";

export const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;

const report = {
  name: nodeName,
  addresses: ["127.0.0.1"],
  labels: {},
  memoryBytes: 2 ** 30,
  cpuMillis: 1000,
  hostname: nodeName,
  diskBytes: 2 ** 30,
  system: {
    architecture: "amd64",
    bootID: "",
    containerRuntimeVersion: "",
    kernelVersion: "",
    kubeProxyVersion: "",
    kubeletVersion: "v1.36.0",
    machineID: "",
    operatingSystem: "linux",
    osImage: "",
    systemUUID: "",
  },
  now: Date.parse("2026-01-02T12:00:00Z"),
};

async function certificates() {
  const validity = { from: Date.now() - 60_000, to: Date.now() + 3_600_000 };
  const authority = await createAuthority("node tests", validity);
  const { certificate, key } = await authority.forServer({ name: nodeName }, ["127.0.0.1"], validity);
  return { cert: certificate, key, ca: authority.certificate };
}
