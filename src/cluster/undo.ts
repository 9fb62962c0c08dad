import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { mustCidr } from "#net/cidr.ts";
import { deleteFlowsOf } from "#os/conntrack.ts";
import { removeHostsBlock } from "#os/hosts-file.ts";
import { removeLanAnswers } from "#os/lan-answers.ts";
import { mountsOf, unmount } from "#os/mounts.ts";
import { purgeRuntime } from "#os/process-runtime/purge.ts";
import { tolerate } from "#os/spawn.ts";
import type { Effect, Ledger } from "./ledger.ts";
import { removeLink } from "./node-network.ts";
import { killProcess } from "./processes.ts";
import { undoRules } from "./proxy-rules.ts";
import { readRunning } from "./running.ts";
import { allSettled } from "./settled.ts";
import { releaseSysctl } from "./sysctls.ts";

/** Takes back everything that the ledger tells of, the last first. What is gone already is no failure. */
export async function undoEffects(ledger: Ledger): Promise<void> {
  const effects = ledger.effects().toReversed();
  // Nodes don't touch each other's things, and have the most to be taken away.
  await allSettled(effects.filter(({ is }) => is === "node").map(undo));
  for (const effect of effects.filter(({ is }) => is !== "node")) await undo(effect);
  ledger.clear();
}

async function undo(effect: Effect): Promise<void> {
  switch (effect.is) {
    case "pods":
      return removePods(effect.folder);
    case "link":
      return removeLink(effect.name);
    case "routes":
      for (const block of effect.blocks)
        await tolerate(["ip", "route", "flush", "root", block, "proto", `${effect.protocol}`]);
      return;
    case "lan":
      await tolerate(["nft", "delete", "table", "inet", effect.table]);
      await removeLink(effect.bridge);
      return forgetFlows(effect.blocks);
    case "node":
      return removeNode(effect);
    case "sysctl":
      return releaseSysctl(effect.key, effect.holder);
    case "nftTable":
    case "iptablesRules":
      return undoRules(effect);
    case "lanAnswers":
      return removeLanAnswers(effect.table);
    case "foreignRule":
      return tolerate(effect.undo);
    case "hostNames":
      return removeHostsBlock(effect);
    case "conntrack":
      return forgetFlows(effect.blocks);
  }
}

async function forgetFlows(blocks: readonly string[]): Promise<void> {
  for (const block of blocks) await deleteFlowsOf(mustCidr(block));
}

/** What stands in its network namespace goes with that. */
async function removeNode({ folder, netns, cable }: Extract<Effect, { is: "node" }>): Promise<void> {
  const running = await readRunning(folder);
  if (running !== undefined) await killProcess(running.process);
  await removePods(join(folder, "pods"));
  await removeLink(cable);
  await tolerate(["ip", "netns", "delete", netns]);
  await rm(join(folder, "run"), { recursive: true, force: true });
}

/** Processes, namespaces, mounts and cgroups of every pod, then the folders. */
async function removePods(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await purgeRuntime(join(folder, "runtime"));
  const mounts = (await mountsOf()).filter(({ at }) => at.startsWith(`${folder}/`));
  await unmount(mounts.map(({ at }) => at).toReversed());
  await rm(folder, { recursive: true, force: true });
}
