import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Access, readKubeconfig } from "#client/kubeconfig.ts";
import { type TlsTransport, tlsTransport } from "#client/tls-transport.ts";
import { inNameOf } from "#client/transport.ts";
import { type KeptIdentity, keepNodeIdentity } from "#daemons/node/identity/node-identity.ts";
import type { Ip } from "#net/ip.ts";
import type { KeyPair } from "#os/pki.ts";
import { readCatalogue } from "./catalogue.ts";
import { networksFor } from "./cluster-plan.ts";
import { toldTo } from "./control-plane.ts";
import { ClusterFault } from "./faults.ts";
import type { NodeIdentity } from "./identities.ts";
import { type Introduction, joinCluster, keepAccess } from "./join.ts";
import { openLedger } from "./ledger.ts";
import { type Log, logUncaught, openLog } from "./log.ts";
import { prepareNode, type RunningNode, startNode } from "./node.ts";
import { machinePlace, type NodePlan, nodePlan } from "./node-plan.ts";
import { checkMachine } from "./preflight.ts";
import { forgetRunning, readRunning, toldOfNode, writeRunning } from "./running.ts";
import type { Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";
import { undoEffects } from "./undo.ts";

/** What a node is asked to be, besides the settings that it shares with its cluster. */
export interface NodeAsked {
  readonly settings: Settings;
  readonly name: string;
  /** None: those of the machine's default routes. */
  readonly addresses: readonly Ip[];
  /** Where the API is, and who this node is to it. */
  readonly kubeconfig: string;
  readonly identity: IdentitySource;
}

/** Where the node's certificates come from. */
export type IdentitySource =
  /** Who started it has made them, and makes new ones; paths of what the agent shows to its clients. */
  | { readonly kind: "given"; readonly certificate: string; readonly key: string }
  /** It asks the cluster for them, and has them renewed. */
  | { readonly kind: "asked"; readonly introduction: Introduction | undefined };

/** A node that this process runs. */
export interface NodeSession {
  readonly ready: Promise<void>;
  /** Where the node can't have it, its log says so, and it goes on as before. */
  readonly setProxyMode: RunningNode["setProxyMode"];
  /** Pods and rules go on. */
  readonly stop: () => Promise<void>;
}

/** Runs one node of a cluster whose API may start only later: `begin` tells when. Throws `ClusterFault` and the parts' faults. */
export async function runNode(asked: NodeAsked, begin: Promise<void>, signal: AbortSignal): Promise<NodeSession> {
  const { settings } = asked;
  const dataDir = settings["data-dir"];
  checkMachine(settings);
  await checkAlone(dataDir);
  const ledger = openLedger(dataDir);
  await using started = new AsyncDisposableStack();
  let keepsEffects = ledger.effects().length > 0;
  started.defer(() => (keepsEffects ? undefined : undoEffects(ledger)));
  const log = started.adopt(openLog(dataDir, "node", settings.v), (one) => one.close());
  started.adopt(logUncaught(log), (one) => one.stop());
  const plan = await planOf(asked);
  started.defer(() => forgetRunning(dataDir));
  const [prepared, catalogue] = await allSettled([
    prepareNode(settings, plan, ledger),
    readCatalogue(settings.images),
    writeRunning(dataDir, toldOfNodeAlone(settings, plan)),
  ]);
  await begin;
  const { access, serving } = await accessOf(asked, signal);
  const transport = started.adopt(tlsTransport(access), (one) => one.close());
  const identity: NodeIdentity = { ca: access.ca ?? "", serving };
  const transports = { agent: inNameOf("kubelet", transport), proxy: inNameOf("kube-proxy", transport) };
  const node = await startNode(settings, { ...prepared, plan, identity, catalogue, transports, ledger, log });
  started.defer(() => node.stop());
  if (asked.identity.kind === "asked") {
    const kept = keepIdentity(asked, { plan, access, transport, node, log });
    started.defer(() => kept.stop());
  }
  const parts = started.move();
  keepsEffects = true;
  return {
    ready: node.ready,
    setProxyMode: (mode) => node.setProxyMode(mode).catch((fault: Error) => log.warn(`proxy mode ${mode}`, fault)),
    stop: () => parts.disposeAsync(),
  };
}

async function checkAlone(dataDir: string): Promise<void> {
  const running = await readRunning(dataDir);
  if (running === undefined) return;
  throw new ClusterFault("AlreadyRunning", {
    what: `process ${running.process.pid} (${running.role}) runs from this folder already`,
    where: dataDir,
    fix: "end it, or give this node another --data-dir",
  });
}

async function planOf({ settings, name, addresses }: NodeAsked): Promise<NodePlan> {
  const folder = settings["data-dir"];
  if (addresses.length > 0) return nodePlan(settings, { name, folder, addresses, missing: [] });
  return nodePlan(settings, { name, folder, ...machinePlace(settings, await networksFor(settings)) });
}

const toldOfNodeAlone = (settings: Settings, plan: NodePlan) => ({
  role: plan.name,
  nodes: [toldOfNode(plan, null)],
  dnsAddress: plan.dnsAddress.text,
  loadBalancerPool: [],
  clusterDomain: settings["cluster-domain"],
  settings: {},
  version: settings["kubernetes-version"],
});

interface Shown {
  readonly access: Access;
  /** By the agent. */
  readonly serving: KeyPair;
}

async function accessOf({ kubeconfig, identity, settings, name }: NodeAsked, signal: AbortSignal): Promise<Shown> {
  if (identity.kind === "given") {
    const [certificate, key] = await Promise.all([
      readFile(identity.certificate, "utf8"),
      readFile(identity.key, "utf8"),
    ]);
    return { access: await readKubeconfig(kubeconfig), serving: { certificate, key } };
  }
  const { introduction } = identity;
  const joining = { nodeName: name, folder: pkiOf(settings), kubeconfig, introduction };
  const access = await joinCluster(joining, signal);
  // Until its own comes, which needs a Node: nobody takes a client's certificate for a server's.
  return { access, serving: { certificate: access.certificate.cert, key: access.certificate.key } };
}

const pkiOf = (settings: Settings): string => join(settings["data-dir"], "pki");

interface Kept {
  readonly plan: NodePlan;
  readonly access: Access;
  readonly transport: TlsTransport;
  readonly node: RunningNode;
  readonly log: Log;
}

function keepIdentity(
  { settings, kubeconfig, name }: NodeAsked,
  { plan, access, transport, node, log }: Kept,
): KeptIdentity {
  const failed = toldTo(log);
  return keepNodeIdentity({
    nodeName: name,
    folder: pkiOf(settings),
    ca: access.ca,
    now: Date.now,
    transport,
    hosts: () => [name, ...plan.addresses.map(({ text }) => text)],
    renewed(purpose, pair) {
      const shown = { cert: pair.certificate, key: pair.key };
      if (purpose === "serving") return node.renewServing(shown);
      transport.renew(shown);
      keepAccess(kubeconfig, access, pair).catch((fault: unknown) => log.warn("writing the kubeconfig", fault));
    },
    random: Math.random,
    failed,
  });
}
