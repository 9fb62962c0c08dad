import type { Seed } from "./seed.ts";
import { usualSeeds, wideSeeds } from "./seeds.ts";
import { type Layout, openStage, type Scene, type Stage, Unexpected } from "./stage.ts";

/** What became of a seed. */
export interface Played {
  readonly seed: Seed;
  readonly outcome: "seen" | "unexpected" | "left out";
  readonly story: string;
}

/** Plays every seed on clusters of its own and tells of each as soon as it is over. Needs root. */
export async function playSeeds(layout: Layout, tell: (played: Played) => void): Promise<readonly Played[]> {
  const common = ["--nodes", `${layout.nodes}`, "--proxy-mode", layout.proxyMode];
  await using stage = await openStage(layout);
  const played: Played[] = [];
  for (const [seeds, flags] of [
    [usualSeeds, []],
    [wideSeeds, ["--service-node-port-range", "17000-32767"]],
  ] as const) {
    await stage.up(...common, ...flags);
    const scenes = new Map<string, Scene>();
    for (const seed of seeds) {
      const one = await playOne(stage, seed, scenes);
      tell(one);
      played.push(one);
    }
    await stage.down();
  }
  return played;
}

async function playOne(stage: Stage, seed: Seed, scenes: Map<string, Scene>): Promise<Played> {
  const missing = seed.needs.filter((program) => stage.missing.includes(program));
  if (missing.length > 0) return { seed, outcome: "left out", story: `no ${missing.join(", ")} on this machine` };
  try {
    const scene = scenes.get(seed.namespace) ?? (await stage.enter(seed.namespace));
    scenes.set(seed.namespace, scene);
    return { seed, outcome: "seen", story: await seed.play(scene) };
  } catch (fault) {
    if (!(fault instanceof Unexpected)) throw fault;
    return { seed, outcome: "unexpected", story: fault.message };
  }
}
