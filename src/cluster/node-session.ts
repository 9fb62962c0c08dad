import { readFile } from "node:fs/promises";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Ip } from "#net/ip.ts";
import { readCatalogue } from "./catalogue.ts";
import { networksFor } from "./cluster-plan.ts";
import { ClusterFault } from "./faults.ts";
import type { NodeIdentity } from "./identities.ts";
import { openLedger } from "./ledger.ts";
import { logUncaught, openLog } from "./log.ts";
import { prepareNode, startNode } from "./node.ts";
import { machinePlace, type NodePlan, nodePlan } from "./node-plan.ts";
import { checkMachine } from "./preflight.ts";
import { forgetRunning, readRunning, toldOfNode, writeRunning } from "./running.ts";
import type { Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";

/** What a node is asked to be, besides the settings that it shares with its cluster. */
export interface NodeAsked {
  readonly settings: Settings;
  readonly name: string;
  /** None: those of the machine's default routes. */
  readonly addresses: readonly Ip[];
  /** Where the API is, and who this node is to it. */
  readonly kubeconfig: string;
  /** What the agent shows to its clients; paths of PEM files. */
  readonly serving: { readonly certificate: string; readonly key: string };
}

/** A node that this process runs. */
export interface NodeSession {
  readonly ready: Promise<void>;
  /** Pods and rules go on. */
  readonly stop: () => Promise<void>;
}

/** Runs one node of a cluster whose API may start only later: `begin` tells when. Throws `ClusterFault` and the parts' faults. */
export async function runNode(asked: NodeAsked, begin: Promise<void>): Promise<NodeSession> {
  const { settings } = asked;
  const dataDir = settings["data-dir"];
  checkMachine(settings);
  await checkAlone(dataDir);
  const ledger = openLedger(dataDir);
  await using started = new AsyncDisposableStack();
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
  const access = await readKubeconfig(asked.kubeconfig);
  const transport = started.adopt(tlsTransport(access), (one) => one.close());
  const identity: NodeIdentity = { ca: access.ca ?? "", serving: await readPair(asked.serving) };
  const transports = { agent: transport, proxy: transport };
  const node = await startNode(settings, { ...prepared, plan, identity, catalogue, transports, ledger, log });
  started.defer(() => node.stop());
  const parts = started.move();
  return { ready: node.ready, stop: () => parts.disposeAsync() };
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

async function readPair({ certificate, key }: NodeAsked["serving"]): Promise<NodeIdentity["serving"]> {
  const [cert, own] = await Promise.all([readFile(certificate, "utf8"), readFile(key, "utf8")]);
  return { certificate: cert, key: own };
}
