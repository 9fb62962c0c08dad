import { eventually } from "#os/patience.ts";
import { isAlive, type ProcessId, signalProcess } from "#os/processes.ts";

/** Ends a process that can't say no. Throws `WaitedInVain`. */
export async function killProcess(running: ProcessId): Promise<void> {
  await signalProcess(running, "SIGKILL");
  await eventually(`process ${running.pid} is gone`, async () => !(await isAlive(running)), { seconds: 5 });
}
