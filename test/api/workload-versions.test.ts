import assert from "node:assert/strict";
import test from "node:test";
import { builtIn } from "#api/kinds.ts";
import type { ServedKind } from "#machinery/catalogue.ts";
import { read } from "#machinery/decode.ts";
import { withoutUndefined } from "#machinery/json.ts";
import { apiVersionOf, deprecationWarning } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { seeded } from "../harness/seeded.ts";
import { generate } from "./generate.ts";

const groups = new Set(["apps", "batch", "extensions"]);
const workloads = new Set(["ControllerRevision", "CronJob", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"]);
const versions = builtIn.served.filter(
  ({ group, kind, other }) => groups.has(group) && workloads.has(kind) && other !== undefined,
);
const seeds = Array.from({ length: 60 }, (_, i) => i + 1);

function readGood(type: AnyType, json: unknown): unknown {
  const result = read(type, withoutUndefined(json));
  assert(result.kind === "read", result.kind === "mismatch" ? result.message : "");
  assert.deepEqual(result.unknown, []);
  return result.object;
}

/** How one version becomes the other, as the server does it. */
function conversionsOf({ hub, other }: ServedKind) {
  assert(other !== undefined);
  return {
    old: (json: unknown) => other.derive(readGood(other.type, json)),
    toHub: (object: unknown) => readGood(hub.type, other.toHub(object)),
    fromHub: (object: unknown) => readGood(other.type, other.fromHub(object)),
  };
}

/** Labels in the template, so that the oldest versions have a selector; and what has an annotation in apps/v1. */
function sample(type: AnyType, seed: number): Readonly<Record<string, unknown>> {
  const { metadata, spec, ...rest } = Object(generate(type, seeded(seed)));
  if (spec?.template === undefined) return { ...rest, ...(spec && { spec }), metadata: { ...metadata, name: "x" } };
  const template = { ...spec.template, metadata: { labels: { app: "a" } } };
  return { ...rest, metadata: { ...metadata, name: "x" }, spec: { ...spec, template } };
}

for (const served of versions) {
  const name = `${apiVersionOf(served)} ${served.kind}`;
  const { old, toHub, fromHub } = conversionsOf(served);

  test(`${name}: nothing is lost on the way to what is stored and back`, () => {
    for (const seed of seeds) {
      const object = old(sample(served.type, seed));
      assert.deepEqual(fromHub(toHub(object)), object, `seed ${seed}`);
    }
  });

  test(`${name}: what is stored comes back as it was from a client that wrote it in this version`, () => {
    for (const seed of seeds) {
      const object = served.hub.derive(readGood(served.hub.type, sample(served.hub.type, seed)));
      assert.deepEqual(toHub(fromHub(object)), object, `seed ${seed}`);
    }
  });
}

const template = { metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "c", image: "i" }] } };
const selector = { matchLabels: { app: "a" } };
const int32Max = 2 ** 31 - 1;
const rolling = (share: unknown): object => ({
  type: "RollingUpdate",
  rollingUpdate: { maxUnavailable: share, maxSurge: share },
});

/** What a template alone becomes; `spec` names the fields that are told. */
const defaults: readonly (readonly [version: string, kind: string, spec: object])[] = [
  ["apps/v1beta2", "Deployment", { revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: rolling("25%") }],
  [
    "apps/v1beta1",
    "Deployment",
    { selector, revisionHistoryLimit: 2, progressDeadlineSeconds: 600, strategy: rolling("25%") },
  ],
  [
    "extensions/v1beta1",
    "Deployment",
    { selector, revisionHistoryLimit: int32Max, progressDeadlineSeconds: int32Max, strategy: rolling(1) },
  ],
  ["extensions/v1beta1", "ReplicaSet", { selector, replicas: 1 }],
  ["extensions/v1beta1", "DaemonSet", { selector, updateStrategy: { type: "OnDelete" }, revisionHistoryLimit: 10 }],
  [
    "apps/v1beta2",
    "DaemonSet",
    { updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } } },
  ],
  [
    "apps/v1beta1",
    "StatefulSet",
    { selector, updateStrategy: { type: "OnDelete" }, podManagementPolicy: "OrderedReady" },
  ],
  [
    "apps/v1beta2",
    "StatefulSet",
    { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0, maxUnavailable: 1 } } },
  ],
];
for (const [version, kind, spec] of defaults)
  test(`${version} ${kind}: what isn't said is as it was in that version`, () => {
    const served = builtIn.named(version, kind);
    assert(served !== undefined);
    const { old, toHub } = conversionsOf(served);
    const stored = Object(served.hub.derive(toHub(old({ metadata: { name: "x" }, spec: { template } })))).spec;
    assert.deepEqual(Object.fromEntries(Object.keys(spec).map((field) => [field, stored[field]])), spec);
  });

const annotated: readonly (readonly [kind: string, field: object, annotation: string, text: string])[] = [
  ["Deployment", { rollbackTo: { revision: 3 } }, "deprecated.deployment.rollback.to", "3"],
  ["Deployment", { rollbackTo: {} }, "deprecated.deployment.rollback.to", "0"],
  ["DaemonSet", { templateGeneration: 7 }, "deprecated.daemonset.template.generation", "7"],
];
for (const [kind, field, annotation, text] of annotated)
  test(`extensions/v1beta1 ${kind}: ${JSON.stringify(field)} is an annotation in apps/v1`, () => {
    const served = builtIn.named("extensions/v1beta1", kind);
    assert(served !== undefined);
    const { old, toHub, fromHub } = conversionsOf(served);
    const object = old({ metadata: { name: "x" }, spec: { template, ...field } });
    const stored = toHub(object);
    assert.deepEqual(Object(stored).metadata.annotations, { [annotation]: text });
    const { metadata, spec } = Object(fromHub(stored));
    assert.equal(metadata.annotations, undefined);
    for (const [name, value] of Object.entries(field)) assert.deepEqual(spec[name], value);
  });

test("every old version says since when it is old, as Kubernetes says it", () =>
  assert.deepEqual(
    versions.map((one) => one.other?.deprecation && deprecationWarning(one, one.other.deprecation)).toSorted(),
    [
      "apps/v1beta1 ControllerRevision is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 ControllerRevision",
      "apps/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment",
      "apps/v1beta1 StatefulSet is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 StatefulSet",
      "apps/v1beta2 ControllerRevision is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 ControllerRevision",
      "apps/v1beta2 DaemonSet is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 DaemonSet",
      "apps/v1beta2 Deployment is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 Deployment",
      "apps/v1beta2 ReplicaSet is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 ReplicaSet",
      "apps/v1beta2 StatefulSet is deprecated in v1.9+, unavailable in v1.16+; use apps/v1 StatefulSet",
      "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; use batch/v1 CronJob",
      "extensions/v1beta1 DaemonSet is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 DaemonSet",
      "extensions/v1beta1 Deployment is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 Deployment",
      "extensions/v1beta1 ReplicaSet is deprecated in v1.8+, unavailable in v1.16+; use apps/v1 ReplicaSet",
    ],
  ));
