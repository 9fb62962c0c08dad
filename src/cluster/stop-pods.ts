import { openRuntime } from "#os/process-runtime/runtime.ts";

/** How long programs get to end by themselves when the whole cluster goes down. */
const graceSeconds = 2;

/** Ends every pod below the folder; all at once, since nobody waits for the order. */
export async function stopPods(runtimeDir: string): Promise<void> {
  const faults: unknown[] = [];
  const runtime = await openRuntime({
    dir: runtimeDir,
    hidden: [],
    ended: () => undefined,
    failed: (fault) => faults.push(fault),
  });
  const sandboxes = await runtime.list();
  const containers = sandboxes.flatMap((sandbox) => sandbox.containers);
  // What does not end here is killed by the clean-up that follows, from the folders.
  await Promise.allSettled(containers.map(({ id }) => runtime.stopContainer(id, graceSeconds)));
  runtime.close();
}
