import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { live } from "../durability/seeded-world.ts";
import { memoryFolder } from "../harness/memory-folder.ts";

/** A thousand worlds, or the one of a seed: each answer in one order, each watch with its promises kept. Resolves to whether all were. */
export async function worlds(seeds: readonly number[]): Promise<boolean> {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), "portolan-soak-"));
  const total = { operations: 0, unanswered: 0, messages: 0 };
  let broken = 0;
  try {
    for (const seed of seeds) {
      const { wrong, operations, unanswered, messages } = await live(seed, folder);
      total.operations += operations;
      total.unanswered += unanswered;
      total.messages += messages;
      if (wrong.length === 0) continue;
      broken += 1;
      console.log(`worlds: seed ${seed} is broken:\n  ${wrong.join("\n  ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { operations, unanswered, messages } = total;
  console.log(
    `worlds: ${seeds.length} seeds, ${operations} operations, ${unanswered} without an answer, ${messages} events; ${broken} broken`,
  );
  return broken === 0;
}
