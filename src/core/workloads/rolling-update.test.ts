import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "#api/apps/deployment.ts";
import type { ReplicaSet } from "#api/apps/replica-set.ts";
import type { IntOrString } from "#machinery/schema.ts";
import { seeded } from "../../../test/harness/seeded.ts";
import { type DeploymentPlan, newSetOf, planDeployment } from "./deployment.ts";
import { rolloutBounds } from "./rollout-bounds.ts";
import { deploymentOf, replicaSetOf } from "./specimens.ts";

/** A world in which ReplicaSets follow their size, and pods become ready, when chance wants it. */
class World {
  deployment: Deployment;
  sets: ReplicaSet[] = [];
  /** Ready flags of the pods of each ReplicaSet, by its name. */
  readonly pods = new Map<string, boolean[]>();
  now = Date.parse("2026-01-01T00:00:00Z");
  readonly #random: () => number;
  constructor(deployment: Deployment, random: () => number) {
    this.deployment = deployment;
    this.#random = random;
  }

  plan(): DeploymentPlan {
    const newSet = newSetOf(this.deployment, this.sets);
    const oldPodsRun = this.sets.some((set) => set !== newSet && (this.pods.get(set.metadata.name) ?? []).length > 0);
    return planDeployment({ deployment: this.deployment, replicaSets: this.sets, oldPodsRun, now: this.now });
  }

  step(): void {
    this.now += 1000;
    const chance = this.#random();
    if (chance < 0.4) this.#apply(this.plan());
    else if (chance < 0.7) this.#follow(this.#pick(this.sets));
    else this.#ripen(this.#pick(this.sets));
  }

  #apply({ create, update, remove, status }: DeploymentPlan): void {
    if (create !== undefined) this.sets.push(replicaSetOf(create, `set-${this.sets.length}`, this.now));
    for (const { replicaSet } of update)
      this.sets = this.sets.map((set) => (set.metadata.uid === replicaSet.metadata.uid ? replicaSet : set));
    this.sets = this.sets.filter((set) => !remove.includes(set));
    if (status !== undefined) this.deployment = { ...this.deployment, status };
  }

  /** What the ReplicaSet controller does: unready pods go first. */
  #follow(set: ReplicaSet | undefined): void {
    if (set === undefined) return;
    const pods = (this.pods.get(set.metadata.name) ?? []).toSorted((a, b) => Number(b) - Number(a));
    while (pods.length < set.spec.replicas) pods.push(false);
    pods.length = set.spec.replicas;
    this.pods.set(set.metadata.name, pods);
    this.#report(set);
  }

  #ripen(set: ReplicaSet | undefined): void {
    const pods = set === undefined ? undefined : this.pods.get(set.metadata.name);
    const unready = pods?.indexOf(false) ?? -1;
    if (set === undefined || pods === undefined || unready === -1) return;
    pods[unready] = true;
    if (this.#random() < 0.7) this.#report(set);
  }

  #report(set: ReplicaSet): void {
    const pods = this.pods.get(set.metadata.name) ?? [];
    const ready = pods.filter(Boolean).length;
    const status = { replicas: pods.length, readyReplicas: ready, availableReplicas: ready, observedGeneration: 1 };
    this.sets = this.sets.map((one) => (one.metadata.uid === set.metadata.uid ? { ...one, status } : one));
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.#random() * from.length)];
  }

  get podCount(): number {
    return [...this.pods.values()].reduce((sum, pods) => sum + pods.length, 0);
  }
  get readyCount(): number {
    return [...this.pods.values()].reduce((sum, pods) => sum + pods.filter(Boolean).length, 0);
  }
  get isSettled(): boolean {
    const newPods = this.pods.get(newSetOf(this.deployment, this.sets)?.metadata.name ?? "") ?? [];
    const { replicas } = this.deployment.spec;
    return newPods.length === replicas && this.podCount === replicas && this.readyCount === replicas;
  }
}

function settle(world: World, watch: () => void = () => {}): void {
  for (let i = 0; i < 5000 && !world.isSettled; i++) {
    world.step();
    watch();
  }
  assert.ok(world.isSettled, `${world.podCount} pods, ${world.readyCount} ready of ${world.deployment.spec.replicas}`);
}

const bounds: readonly (readonly [replicas: number, maxSurge: IntOrString, maxUnavailable: IntOrString])[] = [
  [1, "25%", "25%"],
  [3, 1, 0],
  [3, 0, 1],
  [10, "25%", "25%"],
  [10, "100%", "100%"],
  [7, 0, 0],
  [20, "10%", "30%"],
];

for (const [replicas, maxSurge, maxUnavailable] of bounds)
  test(`a rolling update of ${replicas} pods stays within surge ${maxSurge} and unavailable ${maxUnavailable}`, () => {
    for (let seed = 1; seed <= 25; seed++) {
      const start = deploymentOf({
        replicas,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
      });
      const world = new World(start, seeded(seed));
      settle(world);
      for (const image of ["b", "c", "a"]) {
        world.deployment = deploymentOf({ ...world.deployment.spec, image }, world.deployment);
        const { maxSurge: surge, maxUnavailable: missing } = rolloutBounds(world.deployment);
        settle(world, () => {
          assert.ok(world.podCount <= replicas + surge, `seed ${seed}: ${world.podCount} pods`);
          assert.ok(world.readyCount >= replicas - missing, `seed ${seed}: only ${world.readyCount} ready`);
        });
      }
    }
  });

test("a rollout that is overtaken by the next one, and by a scaling, ends with the last", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed);
    const world = new World(deploymentOf({ replicas: 6 }), random);
    settle(world);
    for (let i = 0; i < 6; i++) {
      const replicas = 1 + Math.floor(random() * 12);
      world.deployment = deploymentOf(
        { ...world.deployment.spec, replicas, image: `image-${Math.floor(random() * 3)}` },
        world.deployment,
      );
      for (let step = 0; step < random() * 60; step++) world.step();
    }
    settle(world);
    const newSet = newSetOf(world.deployment, world.sets);
    assert.equal(world.pods.get(newSet?.metadata.name ?? "")?.length, world.deployment.spec.replicas);
  }
});

test("Recreate never lets old and new pods run together", () => {
  for (let seed = 1; seed <= 25; seed++) {
    const world = new World(deploymentOf({ replicas: 4, strategy: { type: "Recreate" } }), seeded(seed));
    settle(world);
    world.deployment = deploymentOf({ ...world.deployment.spec, image: "b" }, world.deployment);
    settle(world, () => {
      const running = [...world.pods.values()].filter((pods) => pods.length > 0);
      assert.ok(running.length <= 1, `seed ${seed}: pods of ${running.length} ReplicaSets`);
    });
  }
});
