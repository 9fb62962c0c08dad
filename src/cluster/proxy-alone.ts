import { type Node, nodes } from "#api/core/node.ts";
import { informers } from "#client/informers.ts";
import type { Access } from "#client/kubeconfig.ts";
import { resourceClient } from "#client/resource.ts";
import { isDenial } from "#client/rights.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { internalIPs } from "#core/node.ts";
import type { Failure } from "#daemons/loop.ts";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { removeRules, type ServiceProxy, startProxy } from "#daemons/proxy/proxy.ts";
import { type StatusAddresses, serveStatus } from "#daemons/proxy/status-pages.ts";
import type { Cidr } from "#net/cidr.ts";
import type { IpFamily } from "#net/ip.ts";
import { hasCode } from "#os/files.ts";
import { eventually, WaitedInVain } from "#os/patience.ts";
import { ClusterFault } from "./faults.ts";
import { OwnRights } from "./own-rights.ts";

/** The service proxy of one node of any cluster, in kube-proxy's place; the names are those of kube-proxy's flags. */
export interface ProxyAlone {
  readonly access: Access;
  readonly nodeName: string;
  readonly mode: ProxyMode;
  /** Where pods have their addresses; who comes from elsewhere is masqueraded. None: nobody counts as a pod. */
  readonly clusterCidrs: readonly Cidr[];
  /** Addresses of Services, where known: what comes to an unused one is dropped. */
  readonly serviceCidrs: readonly Cidr[];
  /** The node's addresses at which node ports are served; none: all that its Node tells. */
  readonly nodePortBlocks: readonly Cidr[];
  readonly status: StatusAddresses;
  readonly failed: (failure: Failure) => void;
  /** Hears in a sentence of each right that it lacks: once. */
  readonly lacks: (sentence: string) => void;
}

export interface RunningProxy {
  /** Resolves when the kernel has the rules of everything that was there at the start. */
  readonly synced: Promise<void>;
  /** Resolves to `RightsMissing` where it can't begin for want of rights. */
  readonly unfit: Promise<ClusterFault>;
  /** The rules go on serving. */
  readonly stop: () => Promise<void>;
}

/** How long the node may take to be known. */
const nodeSeconds = 10;

/** Throws `NodeUnknown`, `RightsMissing`, `PortTaken` and what the client throws; nothing of it runs any more then. */
export async function startProxyAlone(options: ProxyAlone): Promise<RunningProxy> {
  const { access, nodeName, status } = options;
  await using started = new AsyncDisposableStack();
  const rights = new OwnRights(tlsTransport(access), {
    manifest: "deploy/proxy",
    isNeeded: ({ verb }) => verb === "list" || verb === "watch",
    lacks: options.lacks,
  });
  const { transport } = rights;
  started.defer(() => transport.close());
  started.defer(() => rights.close());
  const families = familiesOf(await nodeNamed(rights, nodeName));
  const followed = informers(transport, {
    failed: (fault) => options.failed({ loop: "api", key: access.server, fault, failures: 1 }),
  });
  started.defer(() => followed.stop());
  const proxy = await startProxy({
    transport,
    mode: options.mode,
    nodeName,
    informers: followed,
    cluster: {
      families,
      clusterCidrs: options.clusterCidrs,
      serviceCidrs: options.serviceCidrs,
      masqueradesPods: false,
      dnsAddresses: [],
      ...(options.nodePortBlocks.length > 0 && { nodePortBlocks: options.nodePortBlocks }),
    },
    failed: options.failed,
  });
  started.defer(() => proxy.stop({ removeRules: false }));
  started.use(await serveStatusAt(proxy.told, status));
  proxy.synced.then(() => rights.begun());
  const running = started.move();
  return { synced: proxy.synced, unfit: rights.unfit, stop: () => running.disposeAsync() };
}

/** Throws `PortTaken`. */
async function serveStatusAt(told: ServiceProxy["told"], status: StatusAddresses): Promise<AsyncDisposable> {
  try {
    return await serveStatus(told, status);
  } catch (cause) {
    if (!hasCode(cause, "EADDRINUSE", "EADDRNOTAVAIL")) throw cause;
    throw new ClusterFault("PortTaken", {
      what: `the proxy's status can't be shown: ${cause instanceof Error ? cause.message : cause}`,
      where: [...status.healthz, ...status.metrics].map(({ address, port }) => `${address}:${port}`).join(", "),
      fix: "end kube-proxy where it still runs, or name other addresses by --healthz-bind-address and --metrics-bind-address",
      cause,
    });
  }
}

/** Takes away what a proxy of this mode has left on the node. */
export const cleanUpProxy = (options: Pick<ProxyAlone, "mode" | "clusterCidrs" | "serviceCidrs">): Promise<void> =>
  removeRules(options.mode, { ...options, masqueradesPods: false, dnsAddresses: [] });

/** Resolves when the API knows the node and its addresses. Throws `NodeUnknown`, `RightsMissing`. */
async function nodeNamed(rights: OwnRights, name: string): Promise<Node> {
  const client = resourceClient(rights.transport, nodes);
  let found: Node | undefined;
  const asking = { fieldSelector: `metadata.name=${name}` };
  const isThere = async () => {
    found = await client.list("", asking).then(({ items }) => items[0], noneIfDenied);
    return found !== undefined && familiesOf(found).length > 0;
  };
  try {
    await eventually(`the cluster has a node ${name}`, isThere, { seconds: nodeSeconds });
  } catch (cause) {
    if (!(cause instanceof WaitedInVain)) throw cause;
    const unfit = rights.unfitness();
    if (unfit !== undefined) throw unfit;
    throw new ClusterFault("NodeUnknown", {
      what: `the cluster has no node ${JSON.stringify(name)}${found === undefined ? "" : " with an InternalIP"}`,
      where: name,
      fix: "name this machine's Node by --hostname-override (see `kubectl get nodes`)",
      cause,
    });
  }
  if (found === undefined) throw new RangeError(name);
  return found;
}

/** A right may be on its way. */
function noneIfDenied(fault: unknown): undefined {
  if (!isDenial(fault)) throw fault;
}

/** The families in which a node is reached. */
const familiesOf = (node: Node): readonly IpFamily[] => [...new Set(internalIPs(node).map(({ family }) => family))];
