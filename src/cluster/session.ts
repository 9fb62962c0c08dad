import { accessSync, constants, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { showKubeconfig } from "#client/kubeconfig.ts";
import type { Transport } from "#client/transport.ts";
import type { Cidr } from "#net/cidr.ts";
import { hasCode, writeWhole } from "#os/files.ts";
import { StoreLocked } from "#store/faults.ts";
import { openSqliteStore } from "#store/sqlite.ts";
import type { Store } from "#store/store.ts";
import { readCatalogue } from "./catalogue.ts";
import { type ClusterPlan, clusterPlan, networksFor } from "./cluster-plan.ts";
import { writeFirstConfig } from "./config-file.ts";
import { ClusterFault } from "./faults.ts";
import { serverAt } from "./identities.ts";
import { type JoinToken, makeJoinToken } from "./join-token.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import { logUncaught, openLog } from "./log.ts";
import { oidcOptions } from "./oidc.ts";
import { openPassage } from "./passage.ts";
import { checkMachine, checkPorts, checkRanges, leftIn } from "./preflight.ts";
import { forgetRunning, type RunningCluster } from "./running.ts";
import type { Asked, Settings } from "./settings.ts";
import { allSettled } from "./settled.ts";
import { stopPods } from "./stop-pods.ts";
import { Tenure } from "./tenure.ts";
import { undoEffects } from "./undo.ts";

/** A cluster that this process runs. */
export interface Session {
  /** Requests as the cluster's administrator. */
  readonly transport: Transport;
  readonly running: RunningCluster;
  /** What a machine needs to join; a token that lasts a day, also as a kubeconfig in the data folder. */
  readonly invite: () => Promise<Invitation>;
  /** Ends everything and leaves the machine as it was; the data stays. */
  readonly down: () => Promise<void>;
}

export interface Invitation extends JoinToken {
  readonly server: string;
}

export interface Caller {
  /** Nobody wants the cluster any more. */
  readonly interrupted: Promise<void>;
  /** For what the user should know, such as a firewall that drops what pods send; also later, while the cluster runs. */
  readonly tell: (sentence: string) => void;
}

const readySeconds = 30;

/**
 * Brings a cluster up in this process; resolves when it is ready, or interrupted. Where that fails, what was changed is undone, but
 * pods that an earlier run has left go on. Throws `ClusterFault` and the store's faults.
 */
export async function bringUp(asked: Asked, { interrupted, tell }: Caller): Promise<Session> {
  const { settings } = asked;
  const dataDir = settings["data-dir"];
  const ledger = openLedger(dataDir);
  checkMachine(settings);
  const [networks, catalogue] = await allSettled([
    networksFor(settings),
    readCatalogue(settings.images),
    oidcOptions(settings),
  ]);
  checkRanges(settings, networks, ledger);
  const plan = clusterPlan(settings, { networks, ours: leftIn(ledger) }, asked.role);
  await checkPorts(settings, plan.control);

  await using fresh = new AsyncDisposableStack();
  await using claims = new AsyncDisposableStack();
  const made = await makeDataDir(dataDir);
  if (made !== undefined) fresh.defer(() => rm(made, { recursive: true, force: true }));
  // Whoever has the store open is the one who runs this cluster and may change the machine for it.
  const store = claims.adopt(claimStore(dataDir), (one) => one.close());
  let keepsEffects = ledger.effects().length > 0;
  const log = claims.adopt(openLog(dataDir, "portolan", settings.v), (one) => one.close());
  claims.adopt(logUncaught(log), (one) => one.stop());
  claims.defer(() => (keepsEffects ? undefined : undoEffects(ledger)));
  claims.defer(() => forgetRunning(dataDir));
  await writeFirstConfig(dataDir, asked.given);

  if (hasOtherNodes(plan, ledger)) await undoEffects(ledger);
  const [tenure] = await allSettled([
    Tenure.begin(asked, { settings, plan, catalogue }, { store, ledger, log, tell }).then((one) =>
      claims.adopt(one, () => one.end()),
    ),
    openPassage(blocksHere(settings, plan), ledger).then((told) => told.forEach(tell)),
  ]);
  await readyOr(tenure.ready, interrupted, dataDir);
  fresh.move();
  const held = claims.move();
  return {
    transport: tenure.transport,
    running: tenure.running,
    async invite() {
      const ca = readFileSync(join(dataDir, "pki", "ca.crt"), "utf8");
      const server = serverAt(plan.control.address.text, settings["api-port"]);
      const made = await makeJoinToken(tenure.transport, ca, Date.now());
      const text = showKubeconfig({ name: "portolan", server, ca, token: made.token });
      await writeWhole(join(dataDir, "bootstrap-kubeconfig"), text, { mode: 0o600 });
      return { ...made, server };
    },
    async down() {
      await tenure.end();
      await Promise.all(plan.nodes.map(({ folders }) => stopPods(folders.runtime)));
      keepsEffects = false;
      await held.disposeAsync();
    },
  };
}

/** Whose packets pass this machine. */
const blocksHere = (settings: Settings, { nodes, lan }: ClusterPlan): readonly Cidr[] =>
  nodes.length === 0 ? [] : [...settings["cluster-cidr"], ...(lan?.blocks ?? [])];

/** What an earlier run has left of nodes can't be adopted where they stand on another network now. */
function hasOtherNodes({ nodes, lan }: ClusterPlan, ledger: Ledger): boolean {
  const blocks = lan?.blocks.map(({ text }) => text).join();
  return ledger.effects().some((effect) => {
    if (effect.is === "lan") return effect.blocks.join() !== blocks;
    if (effect.is === "node") return !nodes.some(({ folder }) => folder === effect.folder);
    return effect.is === "pods" && lan !== undefined;
  });
}

/** Gives the first folder that was not there before. Throws `DataDirUnusable`. */
async function makeDataDir(dataDir: string): Promise<string | undefined> {
  try {
    const made = await mkdir(dataDir, { recursive: true, mode: 0o755 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    return made;
  } catch (cause) {
    if (!hasCode(cause, "EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC")) throw cause;
    throw new ClusterFault("DataDirUnusable", {
      what: `the data folder can't be made or written: ${cause instanceof Error ? cause.message : cause}`,
      where: dataDir,
      fix: "choose another folder with --data-dir",
      cause,
    });
  }
}

/** Throws `AlreadyRunning`, and the store's other faults. */
function claimStore(dataDir: string): Store {
  try {
    return openSqliteStore(join(dataDir, "store.db"));
  } catch (cause) {
    if (!(cause instanceof StoreLocked)) throw cause;
    throw new ClusterFault("AlreadyRunning", {
      what: "another process is bringing this cluster up, or taking it down",
      where: dataDir,
      fix: "wait a moment and try again, or end it: portolan down",
      cause,
    });
  }
}

async function readyOr(ready: Promise<void>, interrupted: Promise<void>, dataDir: string): Promise<void> {
  const late = new AbortController();
  const inVain = pause(readySeconds * 1000, "late" as const, { signal: late.signal }).catch(() => undefined);
  const first = await Promise.race([ready, interrupted, inVain]);
  late.abort();
  if (first !== "late") return;
  throw new ClusterFault("StartFailed", {
    what: `the cluster did not get ready within ${readySeconds} s`,
    where: `${dataDir}/log/portolan.log`,
    fix: "read there what failed, mend that, and try again",
  });
}
