import { rm } from "node:fs/promises";
import { eventually, WaitedInVain } from "#os/patience.ts";
import { isAlive, isFrozen, signalProcess } from "#os/processes.ts";
import { openLedger } from "./ledger.ts";
import { killProcess } from "./processes.ts";
import { forgetRunning, type RunningCluster, readRunning } from "./running.ts";
import { undoEffects } from "./undo.ts";

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

/** It cleans up by itself, where it still can; what it doesn't, the ledger tells. */
async function endProcess({ process: running }: RunningCluster): Promise<void> {
  const gone = async (): Promise<boolean> => !(await isAlive(running));
  if (!(await isFrozen(running))) {
    await signalProcess(running, "SIGTERM");
    try {
      return await eventually(`process ${running.pid} has ended`, gone, { seconds: stopSeconds });
    } catch (fault) {
      if (!(fault instanceof WaitedInVain)) throw fault;
    }
  }
  await killProcess(running);
}
