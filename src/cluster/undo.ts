import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { mustCidr } from "#net/cidr.ts";
import { deleteFlowsOf } from "#os/conntrack.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { purgeRuntime } from "#os/process-runtime/purge.ts";
import { CommandFailed, run } from "#os/spawn.ts";
import type { Effect, Ledger } from "./ledger.ts";
import { removeLink } from "./node-network.ts";
import { releaseSysctl } from "./sysctls.ts";

/** Takes back everything that the ledger tells of, the last first. What is gone already is no failure. */
export async function undoEffects(ledger: Ledger): Promise<void> {
  for (const effect of ledger.effects().toReversed()) await undo(effect);
  ledger.clear();
}

async function undo(effect: Effect): Promise<void> {
  switch (effect.is) {
    case "pods":
      return removePods(effect.folder);
    case "link":
      return removeLink(effect.name);
    case "sysctl":
      return releaseSysctl(effect.key, effect.holder);
    case "nftTable":
      return tolerate(["nft", "delete", "table", "inet", effect.name]);
    case "foreignRule":
      return tolerate(effect.undo);
    case "conntrack":
      for (const block of effect.blocks) await deleteFlowsOf(mustCidr(block));
      return;
  }
}

/** Processes, namespaces, mounts and cgroups of every pod, then the folders. */
async function removePods(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await purgeRuntime(join(folder, "runtime"));
  const mounts = (await mountsOf()).filter(({ at }) => at.startsWith(`${folder}/`));
  await unmount(mounts.map(({ at }) => at).toReversed());
  await rm(folder, { recursive: true, force: true });
}

/** The command says that there was nothing to undo: somebody else has. */
export async function tolerate(command: Parameters<typeof run>[0]): Promise<void> {
  try {
    await run(command);
  } catch (fault) {
    if (!(fault instanceof CommandFailed)) throw fault;
  }
}
