import { openForeign } from "#os/foreign.ts";
import { run } from "#os/spawn.ts";

// Source: linux/sched.h.
const newNetwork = 0x40000000;

/**
 * Takes this process out of the machine's network for good, into one that has nothing but a loopback link with these addresses beside
 * its own: a test can listen at addresses that aren't of a loopback, and nobody else sees it. Needs root.
 */
export async function moveToOwnNetwork(addresses: readonly string[]): Promise<void> {
  const libc = await openForeign("libc.so.6", { unshare: { arguments: ["i32"], return: "i32" } });
  if (libc === undefined) throw new Error("libc can't be called");
  if (libc.functions.unshare(newNetwork) !== 0) throw new Error("no network of its own is to be had: is this root?");
  await run(["ip", "link", "set", "lo", "up"]);
  for (const address of addresses) await run(["ip", "address", "add", address, "dev", "lo"]);
}
