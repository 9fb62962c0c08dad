import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment } from "#api/apps/deployment.ts";
import { podSpec } from "../pod-specimens.ts";
import { type DeploymentPlan, planDeployment } from "./deployment.ts";
import { rolloutBounds } from "./rollout-bounds.ts";
import { deploymentOf, replicaSetOf } from "./specimens.ts";

const start = Date.parse("2026-01-01T00:00:00Z");
const plan = (
  deployment: Deployment,
  replicaSets: Parameters<typeof planDeployment>[0]["replicaSets"],
  seconds: number,
) => planDeployment({ deployment, replicaSets, oldPodsRun: false, now: start + seconds * 1000 });
const shown = ({ status }: DeploymentPlan) =>
  status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`).toSorted();

/** A Deployment of two whose ReplicaSet has just been made. */
function begun(wish: Parameters<typeof deploymentOf>[0] = {}) {
  const fresh = deploymentOf({ replicas: 2, progressDeadlineSeconds: 60, ...wish });
  const first = plan(fresh, [], 0);
  assert.ok(first.create && first.status);
  const { create: draft, status } = first;
  return { deployment: { ...fresh, status }, draft, set: replicaSetOf(draft, "set", start) };
}
const withAvailable = ({ set }: ReturnType<typeof begun>, availableReplicas: number) => ({
  ...set,
  status: { replicas: 2, readyReplicas: availableReplicas, availableReplicas, observedGeneration: 1 },
});

test("a rollout tells its steps: created, updated, available", () => {
  const world = begun();
  assert.deepEqual(shown({ ...plan(world.deployment, [], 0), status: world.deployment.status }), [
    "Available False MinimumReplicasUnavailable",
    "Progressing True NewReplicaSetCreated",
  ]);
  const half = plan(world.deployment, [withAvailable(world, 1)], 10);
  assert.deepEqual(shown(half), ["Available False MinimumReplicasUnavailable", "Progressing True ReplicaSetUpdated"]);
  assert.ok(half.status);
  const whole = plan({ ...world.deployment, status: half.status }, [withAvailable(world, 2)], 20);
  assert.deepEqual(shown(whole), [
    "Available True MinimumReplicasAvailable",
    "Progressing True NewReplicaSetAvailable",
  ]);
  assert.equal(whole.againSeconds, undefined);
});

test("a rollout that doesn't move for progressDeadlineSeconds has failed; it is looked at right then", () => {
  const world = begun();
  const stuck = plan(world.deployment, [withAvailable(world, 1)], 10);
  assert.ok(stuck.status);
  assert.equal(stuck.againSeconds, 61);
  const deployment = { ...world.deployment, status: stuck.status };
  assert.equal(plan(deployment, [withAvailable(world, 1)], 70).status, undefined);
  const late = plan(deployment, [withAvailable(world, 1)], 71);
  assert.deepEqual(shown(late), [
    "Available False MinimumReplicasUnavailable",
    "Progressing False ProgressDeadlineExceeded",
  ]);
  assert.equal(
    late.status?.conditions?.find(({ type }) => type === "Progressing")?.message,
    `ReplicaSet "${world.set.metadata.name}" has timed out progressing.`,
  );
  assert.ok(late.status);
  const recovered = plan({ ...deployment, status: late.status }, [withAvailable(world, 2)], 80);
  assert.deepEqual(shown(recovered)?.[1], "Progressing True NewReplicaSetAvailable");
});

test("what a ReplicaSet could not do is shown by its Deployment", () => {
  const world = begun();
  const failure = { type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "quota" };
  const { status } = plan(world.deployment, [{ ...world.set, status: { replicas: 0, conditions: [failure] } }], 5);
  assert.equal(status?.conditions?.find(({ type }) => type === "ReplicaFailure")?.message, "quota");
});

test("scaling in the middle of a rollout shares the change out", () => {
  const bounds = { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } } as const;
  const old = begun({ replicas: 10, ...bounds });
  const next = deploymentOf({ ...old.deployment.spec, image: "b" }, old.deployment);
  const oldSet = { ...old.set, spec: { ...old.set.spec, replicas: 8 } };
  const { create } = plan(next, [oldSet], 10);
  assert.ok(create);
  const newSet = { ...replicaSetOf(create, "new", start + 1000), spec: { ...create.spec, replicas: 5 } };
  const scaled = deploymentOf({ ...next.spec, replicas: 15 }, next);
  const sizes = plan(scaled, [oldSet, newSet], 20).update.map(({ replicaSet, from }) => [
    replicaSet.metadata.uid,
    from,
    replicaSet.spec.replicas,
  ]);
  assert.deepEqual(sizes.toSorted(), [
    ["new", 5, 7],
    ["set", 8, 11],
  ]);
});

const bounds = [
  { replicas: 10, maxSurge: "25%", maxUnavailable: "25%", surge: 3, missing: 2 },
  { replicas: 1, maxSurge: "25%", maxUnavailable: "25%", surge: 1, missing: 0 },
  { replicas: 3, maxSurge: 0, maxUnavailable: "10%", surge: 0, missing: 1 },
  { replicas: 4, maxSurge: 0, maxUnavailable: 10, surge: 0, missing: 4 },
] as const;
for (const { replicas, maxSurge, maxUnavailable, surge, missing } of bounds)
  test(`surge ${maxSurge}, unavailable ${maxUnavailable} of ${replicas} are ${surge} and ${missing}`, () => {
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } } as const;
    assert.deepEqual(rolloutBounds(deploymentOf({ replicas, strategy })), { maxSurge: surge, maxUnavailable: missing });
  });

test("of the old ReplicaSets only as many are kept as revisionHistoryLimit says", () => {
  const world = begun({ revisionHistoryLimit: 1 });
  const complete = { ...world.deployment, status: { ...world.deployment.status, observedGeneration: 1 } };
  const relics = [1, 2, 3].map((revision) => {
    const annotations = { "deployment.kubernetes.io/revision": `${revision}` };
    const { metadata, spec } = world.draft;
    const template = { ...spec.template, spec: podSpec(`old-${revision}`) };
    const draft = { metadata: { ...metadata, annotations }, spec: { ...spec, replicas: 0, template } };
    return { ...replicaSetOf(draft, `relic-${revision}`, start), status: { replicas: 0, observedGeneration: 1 } };
  });
  const { remove } = plan(complete, [withAvailable(world, 2), ...relics], 20);
  assert.deepEqual(
    remove.map(({ metadata }) => metadata.uid),
    ["relic-1", "relic-2"],
  );
});
