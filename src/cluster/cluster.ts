import { join } from "node:path";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type Informers, informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import type { Catalogue } from "#core/pods/images.ts";
import { startControllers } from "#daemons/controllers/controllers.ts";
import { startDns } from "#daemons/dns/dns.ts";
import { MACHINE_RESOLV_FILES, machineUpstreams } from "#daemons/dns/upstreams.ts";
import type { Failure } from "#daemons/loop.ts";
import { startAgent } from "#daemons/node/agent.ts";
import { startProxy } from "#daemons/proxy/proxy.ts";
import { startScheduler } from "#daemons/scheduler/scheduler.ts";
import type { PortRange } from "#net/port.ts";
import { prepareProgram } from "#os/programs.ts";
import { inProcessTransport } from "#server/in-process.ts";
import type { Store } from "#store/store.ts";
import { startApi } from "./api.ts";
import { type Identities, identitiesOf } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import { machineReport, readMachineFacts } from "./machine-report.ts";
import { makeNodeLink, namesOf } from "./node-network.ts";
import type { NodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";
import { starterFacts } from "./starter-facts.ts";
import { holdSysctl } from "./sysctls.ts";

/** Everything that one process runs: the API, the controllers and the machine as the cluster's one node. */
export interface Cluster {
  /** Requests as the cluster's administrator. */
  readonly transport: Transport;
  /** Rules, names and the node are as the API says. */
  readonly ready: Promise<void>;
  readonly identities: Identities;
  readonly setNodePortRange: (range: PortRange) => void;
  /** Ends everything in this process but the store. Pods and rules go on; `undoEffects` takes them away. */
  readonly stop: () => Promise<void>;
}

export interface Surroundings {
  readonly plan: NodePlan;
  readonly catalogue: Catalogue;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly log: Log;
}

/**
 * Starts a cluster. Throws `ClusterFault` and the faults of the parts, when nothing of it runs any more; what it has changed on the
 * machine until then is in the ledger.
 */
export async function startCluster(settings: Settings, around: Surroundings): Promise<Cluster> {
  const { plan, ledger, log } = around;
  await using started = new AsyncDisposableStack();
  const [identities, machine, echo] = await allSettled([
    identitiesOf(settings["data-dir"], plan.identityNames),
    readMachineFacts(),
    prepareProgram(join(import.meta.dirname, "../echo"), join(settings["data-dir"], "programs")),
    prepareNetwork(settings, plan, ledger),
  ]);
  const api = started.adopt(await startApi(settings, { ...around, identities }), (one) => one.stop());
  const as = (user: string, ...groups: string[]): Transport =>
    inProcessTransport(api.server, { user, groups: [...groups, "system:authenticated"] });
  const proxyTransport = as("system:kube-proxy");
  const followed = informers(proxyTransport, { failed: (fault) => log.warn("following the API", fault) });
  started.defer(() => followed.stop());
  const failed = ({ loop, key, fault, failures }: Failure): void =>
    log.warn(`${loop} ${key} (${failures} in a row)`, fault);
  const running = <T extends Stoppable>(starting: Promise<T>): Promise<T> =>
    starting.then((part) => started.adopt(part, (one) => one.stop()));

  const [proxy, agent] = await allSettled([
    running(startProxyOn(settings, { transport: proxyTransport, plan, followed, ledger, failed })),
    running(
      startAgent({
        transport: as(`system:node:${plan.nodeName}`, "system:nodes"),
        services: followed.of(services),
        report: () => machineReport(machine, plan.report),
        podCidr: plan.podCidr,
        runtime: { dir: plan.folders.runtime, hidden: [settings["data-dir"]] },
        starter: starterFacts(settings, { plan, machine, catalogue: around.catalogue, echo }),
        kubelet: {
          addresses: [plan.nodeAddress.text],
          port: 10250,
          tls: { ...pem(identities.kubelet), ca: identities.ca },
        },
        failed,
      }),
    ),
    running(startManagers(as("system:kube-controller-manager", "system:masters"), { failed, caPem: identities.ca })),
    running(startDnsOn(settings, plan, followed)),
  ]);
  const parts = started.move();
  return {
    transport: as("kubernetes-admin", "system:masters"),
    ready: Promise.all([proxy.synced, agent.ready, followed.synced()]).then(() => undefined),
    identities,
    setNodePortRange: api.server.setNodePortRange,
    stop: () => parts.disposeAsync(),
  };
}

const pem = ({ certificate, key }: { readonly certificate: string; readonly key: string }) => ({
  cert: certificate,
  key,
});

interface Stoppable {
  readonly stop: () => Promise<void>;
}
interface ManagerParts {
  readonly failed: (failure: Failure) => void;
  readonly caPem: string;
}
/** The controllers and the scheduler, which follow the same objects. */
async function startManagers(transport: Transport, { failed, caPem }: ManagerParts): Promise<Stoppable> {
  const own = informers(transport);
  const clock = { now: Date.now, random: Math.random, elapsedMs: () => performance.now() };
  const parts = [
    startControllers({ transport, informers: own, failed, caPem, ...clock }),
    startScheduler({ transport, informers: own, failed, ...clock }),
  ];
  return {
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      own.stop();
    },
  };
}

async function prepareNetwork(settings: Settings, plan: NodePlan, ledger: Ledger): Promise<void> {
  ledger.note({ is: "conntrack", blocks: [settings["cluster-cidr"].text, settings["service-cluster-ip-range"].text] });
  ledger.note({ is: "pods", folder: plan.folders.pods });
  const name = namesOf(settings["data-dir"]).link;
  holdSysctl("net.ipv4.ip_forward", "1", { ledger, holder: name });
  const [services, pods] = [settings["service-cluster-ip-range"], settings["cluster-cidr"]];
  await makeNodeLink({ name, addresses: plan.ownAddresses, services, pods, source: plan.nodeAddress }, ledger);
}

function startDnsOn(settings: Settings, { dnsAddress }: NodePlan, followed: Informers) {
  const listen = [{ address: dnsAddress.text, port: 53 }];
  return startDns({
    domain: settings["cluster-domain"],
    listen,
    cidrs: [settings["cluster-cidr"], settings["service-cluster-ip-range"]],
    sources: { services: followed.of(services), slices: followed.of(endpointSlices) },
    upstreams: machineUpstreams(MACHINE_RESOLV_FILES, listen),
  });
}

interface ProxyParts {
  readonly transport: Transport;
  readonly plan: NodePlan;
  readonly followed: Informers;
  readonly ledger: Ledger;
  readonly failed: (failure: Failure) => void;
}
async function startProxyOn(settings: Settings, { transport, plan, followed, ledger, failed }: ProxyParts) {
  const { table } = namesOf(settings["data-dir"]);
  ledger.note({ is: "nftTable", name: table });
  const proxy = await startProxy({
    transport,
    mode: settings["proxy-mode"],
    nodeName: plan.nodeName,
    table,
    hostPorts: true,
    informers: followed,
    cluster: {
      clusterCidrs: [settings["cluster-cidr"]],
      serviceCidrs: [settings["service-cluster-ip-range"]],
      masqueradesPods: true,
      dnsAddresses: [plan.dnsAddress],
    },
    failed,
  });
  return { synced: proxy.synced, stop: () => proxy.stop({ removeRules: false }) };
}
