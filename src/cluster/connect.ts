import { join } from "node:path";
import { readKubeconfig } from "#client/kubeconfig.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { hasCode } from "#os/files.ts";
import { eventually, WaitedInVain } from "#os/patience.ts";
import { isFrozen } from "#os/processes.ts";
import { ClusterFault } from "./faults.ts";
import type { RunningCluster } from "./running.ts";

/** Its process may have been started this moment. */
const patienceSeconds = 10;
const answerMs = 3000;

/** Requests to a cluster of another process, as its administrator, once it answers. Throws `AlreadyRunning` where it doesn't. */
export async function connect(dataDir: string, running: RunningCluster, seconds = patienceSeconds): Promise<Transport> {
  if (await isFrozen(running.process)) throw notAnswering(dataDir, running, undefined);
  let transport: Transport | undefined;
  const answers = async (): Promise<boolean> => {
    try {
      transport?.close();
      transport = tlsTransport(await readKubeconfig(join(dataDir, "kubeconfig")));
      return await isReady(transport);
    } catch (fault) {
      if (fault instanceof Unreachable || hasCode(fault, "KubeconfigUnusable")) return false; // it is only now being started
      throw fault;
    }
  };
  try {
    await eventually("the API answers", answers, { seconds });
  } catch (cause) {
    transport?.close();
    throw cause instanceof WaitedInVain ? notAnswering(dataDir, running, cause) : cause;
  }
  if (transport === undefined) throw new RangeError("an API that answers has a transport");
  return transport;
}

async function isReady(transport: Transport): Promise<boolean> {
  const signal = AbortSignal.timeout(answerMs);
  const request = { method: "GET", path: "/readyz", headers: {}, body: undefined, signal } as const;
  return (await transport.send(request)).status === 200;
}

const notAnswering = (dataDir: string, running: RunningCluster, cause: unknown): ClusterFault =>
  new ClusterFault("AlreadyRunning", {
    what: `an earlier run of this cluster is still there (process ${running.process.pid}), but its API does not answer`,
    where: dataDir,
    fix: "end it: portolan down",
    cause,
  });
