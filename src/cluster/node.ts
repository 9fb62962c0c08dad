import { join } from "node:path";
import { nodes } from "#api/core/node.ts";
import { pods } from "#api/core/pod.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { type Informers, informers } from "#client/informers.ts";
import type { Transport } from "#client/transport.ts";
import { isOnHost } from "#core/host-ports.ts";
import type { Catalogue } from "#core/pods/images.ts";
import { type Dns, startDns } from "#daemons/dns/dns.ts";
import { MACHINE_RESOLV_FILES, machineUpstreams } from "#daemons/dns/upstreams.ts";
import { type Announcer, startAnnouncer } from "#daemons/loadbalancer/announcer.ts";
import type { Failure, Loop } from "#daemons/loop.ts";
import { type Agent, startAgent } from "#daemons/node/agent.ts";
import type { ProxyMode } from "#daemons/proxy/kernel-rules.ts";
import { type ServiceProxy, startProxy } from "#daemons/proxy/proxy.ts";
import { serveStatus } from "#daemons/proxy/status-pages.ts";
import { routeProtocol } from "#daemons/routes/commands.ts";
import { keepRoutes, type Routes } from "#daemons/routes/routes.ts";
import { keepServiceRoutes } from "#daemons/routes/service-ranges.ts";
import { hasCode } from "#os/files.ts";
import { prepareProgram, wholeProgram } from "#os/programs.ts";
import { toldTo } from "./control-plane.ts";
import type { NodeIdentity } from "./identities.ts";
import type { Ledger } from "./ledger.ts";
import type { Log } from "./log.ts";
import { type MachineFacts, machineReport, readMachineFacts } from "./machine-report.ts";
import { makeNodeLink, namesOf } from "./node-network.ts";
import type { NodePlan } from "./node-plan.ts";
import { noteRules, removeOtherRules } from "./proxy-rules.ts";
import type { Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";
import { type OwnPrograms, starterFacts } from "./starter-facts.ts";
import { holdSysctl } from "./sysctls.ts";

/** What stands ready before the API is asked for anything. */
export interface PreparedNode {
  readonly machine: MachineFacts;
  readonly programs: OwnPrograms;
}

export interface NodeParts extends PreparedNode {
  readonly plan: NodePlan;
  readonly identity: NodeIdentity;
  readonly catalogue: Catalogue;
  /** As the node's agent, and as its proxy; they may be the same. */
  readonly transports: { readonly agent: Transport; readonly proxy: Transport };
  readonly ledger: Ledger;
  readonly log: Log;
}

/** Everything that runs on each node: the agent, the service proxy, DNS. */
export interface RunningNode {
  /** The Node is registered, and its rules and names are as the API says. */
  readonly ready: Promise<void>;
  /** The agent shows another certificate from now on. */
  readonly renewServing: Agent["renewServing"];
  /** The proxy's rules are of this mode alone from then on. Rejects where the kernel does not take them; those before go on serving. */
  readonly setProxyMode: (mode: ProxyMode) => Promise<void>;
  /** Pods and rules go on. */
  readonly stop: () => Promise<void>;
}

/** Gives the machine what a node has, in the network namespace of this process; whatever it changes is in the ledger. */
export async function prepareNode(settings: Settings, plan: NodePlan, ledger: Ledger): Promise<PreparedNode> {
  const [machine, echo] = await allSettled([
    readMachineFacts(),
    // Below the cluster's own folder: containers of all its nodes share it.
    prepareProgram(join(import.meta.dirname, "../echo"), join(settings["data-dir"], "programs")),
    prepareNetwork(settings, plan, ledger),
  ]);
  const ingress = wholeProgram(join(import.meta.dirname, "../.."), ["ingress"]);
  return { machine, programs: { "portolan/echo": echo, "portolan/ingress": ingress } };
}

async function prepareNetwork(settings: Settings, plan: NodePlan, ledger: Ledger): Promise<void> {
  const blocks = [...settings["service-cluster-ip-range"], ...settings["cluster-cidr"]];
  ledger.note({ is: "conntrack", blocks: blocks.map(({ text }) => text) });
  ledger.note({ is: "pods", folder: plan.folders.pods });
  const name = namesOf(settings["data-dir"]).link;
  for (const family of new Set(blocks.map((block) => block.family))) {
    holdSysctl(family === "IPv4" ? "net.ipv4.ip_forward" : "net.ipv6.conf.all.forwarding", "1", {
      ledger,
      holder: name,
    });
  }
  await makeNodeLink({ name, addresses: plan.ownAddresses, blocks, sources: plan.addresses }, ledger);
}

/** Throws the faults of the parts, when nothing of it runs any more. */
export async function startNode(settings: Settings, parts: NodeParts): Promise<RunningNode> {
  const { plan, transports } = parts;
  await using started = new AsyncDisposableStack();
  const failed = toldTo(parts.log);
  const followed = informers(transports.agent, { failed: (fault) => parts.log.warn("following the API", fault) });
  started.defer(() => followed.stop());
  const running = <T extends { readonly stop: () => Promise<void> }>(starting: Promise<T>): Promise<T> =>
    starting.then((part) => started.adopt(part, (one) => one.stop()));
  const around: Around = { parts, followed, failed };
  const [proxy, agent] = await allSettled([
    running(startProxyOn(settings, around)),
    running(startAgentOn(settings, around)),
    running(startDnsOn(settings, plan, followed)),
    running(Promise.resolve(keepRoutesOn(settings, around))),
    running(Promise.resolve(keepServiceRoutesOn(settings, around))),
  ]);
  const announcer = announceOn(settings, around);
  started.adopt(announcer, (one) => one.stop());
  const all = started.move();
  return {
    ready: Promise.all([proxy.synced, agent.ready, followed.synced()]).then(() => undefined),
    renewServing: agent.renewServing,
    setProxyMode: proxy.setMode,
    stop: () => all.disposeAsync(),
  };
}

interface Around {
  readonly parts: NodeParts;
  /** What the daemons of a node follow together. */
  readonly followed: Informers;
  readonly failed: (failure: Failure) => void;
}

function startAgentOn(settings: Settings, { parts, followed, failed }: Around): Promise<Agent> {
  const { plan, machine, programs, catalogue, transports, identity } = parts;
  const { certificate: cert, key } = identity.serving;
  return startAgent({
    transport: transports.agent,
    services: followed.of(services),
    slices: followed.of(endpointSlices),
    nodes: followed.of(nodes),
    report: () => machineReport(machine, plan.report),
    runtime: { dir: plan.folders.runtime, hidden: [settings["data-dir"]] },
    starter: starterFacts(settings, { plan, machine, catalogue, programs }),
    kubelet: { addresses: plan.addresses.map(({ text }) => text), port: 10250, tls: { cert, key, ca: identity.ca } },
    failed,
  });
}

function keepRoutesOn(settings: Settings, { parts, followed, failed }: Around): Routes {
  const { plan, ledger } = parts;
  const { tunnel } = namesOf(settings["data-dir"]);
  const clusterCidrs = settings["cluster-cidr"];
  ledger.note({ is: "routes", protocol: routeProtocol, blocks: clusterCidrs.map(({ text }) => text) });
  ledger.note({ is: "link", name: tunnel });
  return keepRoutes({ nodeName: plan.name, informers: followed, clusterCidrs, tunnel, failed });
}

const keepServiceRoutesOn = (settings: Settings, { parts, followed, failed }: Around): Loop =>
  keepServiceRoutes({
    informers: followed,
    link: namesOf(settings["data-dir"]).link,
    sources: parts.plan.addresses,
    own: settings["service-cluster-ip-range"],
    failed,
  });

function startDnsOn(settings: Settings, { dnsAddress }: NodePlan, followed: Informers): Promise<Dns> {
  const listen = [{ address: dnsAddress.text, port: 53 }];
  return startDns({
    domain: settings["cluster-domain"],
    listen,
    cidrs: [...settings["cluster-cidr"], ...settings["service-cluster-ip-range"]],
    sources: {
      services: followed.of(services),
      slices: followed.of(endpointSlices),
      pods: followed.of(pods, { keep: isOnHost }),
      ingresses: followed.of(ingresses),
    },
    upstreams: machineUpstreams(MACHINE_RESOLV_FILES, listen),
  });
}

function announceOn(settings: Settings, { parts, followed, failed }: Around): Announcer {
  const { plan, ledger, transports } = parts;
  const { link: ownLink, table } = namesOf(settings["data-dir"]);
  return startAnnouncer({
    transport: transports.agent,
    informers: followed,
    nodeName: plan.name,
    table,
    ownLink,
    sources: plan.addresses,
    holdSysctl: (key, value) => holdSysctl(key, value, { ledger, holder: ownLink }),
    begins: () => ledger.note({ is: "lanAnswers", table }),
    failed,
  });
}

async function startProxyOn(settings: Settings, { parts, followed, failed }: Around) {
  const { plan, ledger, transports } = parts;
  const { table } = namesOf(settings["data-dir"]);
  const mode = settings["proxy-mode"];
  await noteRules(mode, table, ledger);
  const proxy = await startProxy({
    transport: transports.proxy,
    mode,
    hostPorts: true,
    nodeName: plan.name,
    table,
    informers: followed,
    cluster: {
      clusterCidrs: settings["cluster-cidr"],
      serviceCidrs: settings["service-cluster-ip-range"],
      masqueradesPods: true,
      nodePortBlocks: settings["nodeport-addresses"],
      dnsAddresses: [plan.dnsAddress],
    },
    failed,
  });
  const status = await serveStatusOn(proxy.told, plan, failed);
  const synced = proxy.synced.then(() => removeOtherRules(mode, ledger));
  // One turn after the other: rules that are taken away must not be those that are being written.
  let turned = synced;
  const turnTo = async (wanted: ProxyMode): Promise<void> => {
    await noteRules(wanted, table, ledger);
    await proxy.turnTo(wanted);
    await removeOtherRules(wanted, ledger);
  };
  return {
    synced,
    setMode(wanted: ProxyMode): Promise<void> {
      const turn = () => turnTo(wanted);
      turned = turned.then(turn, turn);
      return turned;
    },
    async stop() {
      await status?.[Symbol.asyncDispose]();
      await proxy.stop({ removeRules: false });
    },
  };
}

/** At kube-proxy's ports. Of several clusters on one machine the first has them: they are for monitoring, and nothing depends on them. */
async function serveStatusOn(
  told: ServiceProxy["told"],
  { addresses }: NodePlan,
  failed: (failure: Failure) => void,
): Promise<AsyncDisposable | undefined> {
  const hosts = ["127.0.0.1", ...addresses.map(({ text }) => text)];
  try {
    return await serveStatus(told, {
      healthz: hosts.map((address) => ({ address, port: 10256 })),
      metrics: [{ address: "127.0.0.1", port: 10249 }],
    });
  } catch (fault) {
    if (!hasCode(fault, "EADDRINUSE")) throw fault;
    failed({ loop: "proxy-status", key: "10256, 10249", fault, failures: 1 });
    return undefined;
  }
}
