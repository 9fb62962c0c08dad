import { mkdir, rm } from "node:fs/promises";
import type { Transport } from "#client/transport.ts";
import { hasCode } from "#os/files.ts";
import { eventually, WaitedInVain } from "#os/patience.ts";
import { isAlive, signalProcess } from "#os/processes.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { ClusterFault } from "./faults.ts";
import { identitiesOf, writeKubeconfig } from "./identities.ts";
import { openLedger } from "./ledger.ts";
import { openLog } from "./log.ts";
import { openPassage } from "./passage.ts";
import { preflight } from "./preflight.ts";
import { forgetRunning, type RunningCluster, readRunning, writeRunning } from "./running.ts";
import type { Settings } from "./settings.ts";
import { stopPods } from "./stop-pods.ts";
import { undoEffects } from "./undo.ts";

/** A cluster that this process runs. */
export interface Session {
  readonly cluster: Cluster;
  readonly running: Omit<RunningCluster, "process">;
  /** What the user should know, such as a firewall that drops what pods send. */
  readonly warnings: readonly string[];
  /** Ends everything and leaves the machine as it was; the data stays. */
  readonly down: () => Promise<void>;
}

/** Brings a cluster up in this process. Where that fails, what was changed is undone. Throws `ClusterFault`. */
export async function bringUp(settings: Settings): Promise<Session> {
  const dataDir = settings["data-dir"];
  await preflight(settings);
  await makeDataDir(dataDir);
  const ledger = openLedger(dataDir);
  const adopts = ledger.effects().length > 0;
  const log = openLog(dataDir, "portolan", settings.v);
  const undo = async (): Promise<void> => {
    forgetRunning(dataDir);
    await undoEffects(ledger);
    log.close();
  };
  try {
    const passage = openPassage(settings["cluster-cidr"].text, ledger);
    const cluster = await startCluster(settings, { ledger, log });
    const { plan } = cluster;
    const identities = await identitiesOf(dataDir, plan.identityNames);
    const host = settings["bind-address"].number === 0n ? "127.0.0.1" : settings["bind-address"].text;
    await writeKubeconfig(
      dataDir,
      `https://${host.includes(":") ? `[${host}]` : host}:${settings["api-port"]}`,
      identities,
    );
    const running = {
      nodeName: plan.nodeName,
      nodeAddress: plan.nodeAddress.text,
      dnsAddress: plan.dnsAddress.text,
      clusterDomain: settings["cluster-domain"],
      version: settings["kubernetes-version"],
    };
    await writeRunning(dataDir, running);
    await cluster.ready;
    const sentence = await passage;
    return {
      cluster,
      running,
      warnings: sentence === undefined ? [] : [sentence],
      async down() {
        await cluster.stop();
        await stopPods(plan.folders.runtime);
        await undo();
      },
    };
  } catch (fault) {
    // Pods of an earlier run are not ours to end because a second start failed.
    if (adopts) log.close();
    else await undo();
    throw fault;
  }
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o755 });
  } catch (cause) {
    if (!hasCode(cause, "EACCES", "EROFS", "ENOTDIR", "EEXIST", "ENOSPC")) throw cause;
    throw new ClusterFault("DataDirUnusable", {
      what: `the data folder can't be made: ${cause instanceof Error ? cause.message : cause}`,
      where: dataDir,
      fix: "choose another folder with --data-dir",
      cause,
    });
  }
}

const stopSeconds = 30;

/** Stops the cluster of a data folder, whichever process runs it, or whatever was left by one that was killed. */
export async function takeDown(
  dataDir: string,
  { purge }: { readonly purge: boolean },
): Promise<"stopped" | "cleaned" | "nothing"> {
  const running = await readRunning(dataDir);
  const ledger = openLedger(dataDir);
  const hadEffects = ledger.effects().length > 0;
  if (running !== undefined) await endProcess(running);
  await undoEffects(ledger);
  forgetRunning(dataDir);
  if (purge) await rm(dataDir, { recursive: true, force: true });
  return running !== undefined ? "stopped" : hadEffects ? "cleaned" : "nothing";
}

async function endProcess({ process: running }: RunningCluster): Promise<void> {
  const gone = async (): Promise<boolean> => !(await isAlive(running));
  await signalProcess(running, "SIGTERM");
  try {
    await eventually(`process ${running.pid} has ended`, gone, { seconds: stopSeconds });
  } catch (fault) {
    if (!(fault instanceof WaitedInVain)) throw fault;
    await signalProcess(running, "SIGKILL");
    await eventually(`process ${running.pid} is gone`, gone, { seconds: 5 });
  }
}

/** The transport of a cluster that runs in another process, once it answers. Throws `ClusterFault` where it doesn't. */
export async function reach(
  dataDir: string,
  running: RunningCluster,
  open: () => Promise<Transport>,
): Promise<Transport> {
  const transport = await open();
  try {
    const answer = await transport.send({
      method: "GET",
      path: "/readyz",
      headers: {},
      body: undefined,
      signal: AbortSignal.timeout(5000),
    });
    if (answer.status === 200) return transport;
  } catch (cause) {
    throw notAnswering(dataDir, running, cause);
  }
  throw notAnswering(dataDir, running, undefined);
}

const notAnswering = (dataDir: string, running: RunningCluster, cause: unknown): ClusterFault =>
  new ClusterFault("AlreadyRunning", {
    what: `an earlier run of this cluster is still there (process ${running.process.pid}), but its API does not answer`,
    where: dataDir,
    fix: "end it: portolan down",
    cause,
  });
