import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { type Informers, informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import { startControllers } from "#daemons/controllers/controllers.ts";
import { startDns } from "#daemons/dns/dns.ts";
import { MACHINE_RESOLV_FILES, machineUpstreams } from "#daemons/dns/upstreams.ts";
import type { Failure } from "#daemons/loop.ts";
import { startAgent } from "#daemons/node/agent.ts";
import { startProxy } from "#daemons/proxy/proxy.ts";
import { startScheduler } from "#daemons/scheduler/scheduler.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { type Api, startApi } from "./api.ts";
import { type Identities, identitiesOf } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import { type MachineFacts, machineReport, readMachineFacts } from "./machine-report.ts";
import { makeNodeLink, namesOf } from "./node-network.ts";
import { type NodePlan, nodePlan } from "./node-plan.ts";
import type { Settings } from "./settings.ts";
import { starterFacts } from "./starter-facts.ts";
import { setSysctl } from "./sysctls.ts";

/** Everything that one process runs: the API, the controllers and the machine as the cluster's one node. */
export interface Cluster {
  /** Requests as the cluster's administrator. */
  readonly transport: Transport;
  readonly plan: NodePlan;
  /** Rules, names and the node are as the API says. */
  readonly ready: Promise<void>;
  /** Ends everything in this process. Pods and rules go on; `undoEffects` takes them away. */
  readonly stop: () => Promise<void>;
}

export interface Surroundings {
  readonly ledger: Ledger;
  readonly log: Log;
}

/** Starts a cluster. Throws `ClusterFault` and the faults of the parts; what it has changed until then is in the ledger. */
export async function startCluster(settings: Settings, around: Surroundings): Promise<Cluster> {
  const plan = await nodePlan(settings);
  const [identities, machine] = await Promise.all([
    identitiesOf(settings["data-dir"], plan.identityNames),
    readMachineFacts(),
    prepareNetwork(settings, plan, around.ledger),
  ]);
  const api = await startApi(settings, { plan, identities, log: around.log });
  try {
    return await startDaemons(settings, around, { plan, identities, machine, api });
  } catch (fault) {
    await api.stop();
    throw fault;
  }
}

interface Foundation {
  readonly plan: NodePlan;
  readonly identities: Identities;
  readonly machine: MachineFacts;
  readonly api: Api;
}

/** Everything that lives on the API: controllers, scheduler, and what runs on the node. */
async function startDaemons(settings: Settings, { ledger, log }: Surroundings, on: Foundation): Promise<Cluster> {
  const { plan, identities, machine, api } = on;
  const as = (user: string, ...groups: string[]): Transport =>
    inProcessTransport(api.server, { user, groups: [...groups, "system:authenticated"] });
  const node = as(`system:node:${plan.nodeName}`, "system:nodes");
  const proxyTransport = as("system:kube-proxy");
  const followed = informers(proxyTransport, { failed: (fault) => log.warn("following the API", fault) });
  const failed = ({ loop, key, fault, failures }: Failure): void =>
    log.warn(`${loop} ${key} (${failures} in a row)`, fault);

  const parts = await allOrNothing([
    Promise.resolve({ stop: async () => followed.stop() }),
    startManagers(as("system:kube-controller-manager", "system:masters"), { failed, caPem: identities.ca }),
    startDnsOn(settings, plan, followed),
    startProxyOn(settings, { transport: proxyTransport, plan, followed, ledger, failed }),
    startAgent({
      transport: node,
      services: followed.of(services),
      report: () => machineReport(machine, plan.report),
      podCidr: plan.podCidr,
      runtime: { dir: plan.folders.runtime, hidden: [settings["data-dir"]] },
      starter: await starterFacts(settings, plan, machine),
      kubelet: {
        addresses: [plan.nodeAddress.text],
        port: 10250,
        tls: { ...pem(identities.kubelet), ca: identities.ca },
      },
      failed,
    }),
  ]);
  const [, , , proxy, agent] = parts;
  return {
    transport: as("kubernetes-admin", "system:masters"),
    plan,
    ready: Promise.all([proxy.synced, agent.ready, followed.synced()]).then(() => undefined),
    async stop() {
      await Promise.all(parts.map((part) => part.stop()));
      await api.stop();
    },
  };
}

const pem = ({ certificate, key }: { readonly certificate: string; readonly key: string }) => ({
  cert: certificate,
  key,
});

interface Stoppable {
  readonly stop: () => Promise<void>;
}
/** Where one part can't start, those that did are stopped again. */
async function allOrNothing<T extends readonly Promise<Stoppable>[]>(
  starting: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled: readonly PromiseSettledResult<Stoppable>[] = await Promise.allSettled(starting);
  const refused = settled.find((one) => one.status === "rejected");
  if (refused === undefined) return Promise.all(starting);
  await Promise.all(settled.map((one) => (one.status === "fulfilled" ? one.value.stop() : undefined)));
  throw refused.reason;
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
  setSysctl("net.ipv4.ip_forward", "1", ledger);
  await makeNodeLink(namesOf(settings["data-dir"]).link, plan.ownAddresses, ledger);
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
    nodeName: plan.nodeName,
    table,
    informers: followed,
    cluster: {
      clusterCidrs: [settings["cluster-cidr"]],
      serviceCidrs: [settings["service-cluster-ip-range"]],
      dnsAddresses: [plan.dnsAddress],
    },
    failed,
  });
  return { synced: proxy.synced, stop: () => proxy.stop({ removeRules: false }) };
}
