import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSubset, Endpoints } from "#api/core/endpoints.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { type MirrorFacts, planMirrored } from "./mirrored-slices.ts";
import { serviceOf } from "./specimens.ts";

interface Wish {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
const endpointsOf = (subsets: readonly EndpointSubset[], wish: Wish = {}): Endpoints => ({
  metadata: {
    name: "web",
    namespace: "default",
    uid: "uid-of-web",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...wish,
  },
  subsets,
});
const byHand = serviceOf("web", { selector: {} });
const http = { port: 80, protocol: "TCP" } as const;

/** Follows plans as a server would, and tells what stands then: `IPv4 80: 10.0.0.1, !10.0.0.2`, "!" for those that aren't ready. */
function stands(slices: readonly EndpointSlice[], facts: Omit<MirrorFacts, "slices">): Standing {
  const { create, update, remove } = planMirrored({ ...facts, slices });
  const updated = new Map(update.map((slice) => [slice.metadata.uid, slice]));
  const kept = slices
    .filter((slice) => !remove.includes(slice))
    .map((slice) => updated.get(slice.metadata.uid) ?? slice);
  const made = create.map(({ metadata, ...rest }, i): EndpointSlice => {
    const name = `${metadata.generateName}${slices.length + i}`;
    const assigned = { name, uid: name, resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };
    return { ...rest, metadata: { ...metadata, ...assigned } };
  });
  const all = [...kept, ...made];
  return { slices: all, told: all.map(tell).toSorted(), writes: create.length + update.length + remove.length };
}
interface Standing {
  readonly slices: readonly EndpointSlice[];
  readonly told: readonly string[];
  readonly writes: number;
}
const tell = ({ addressType, ports, endpoints }: EndpointSlice): string =>
  `${addressType} ${ports.map(({ port }) => port).join(",")}: ${endpoints
    .map(({ addresses, conditions }) => `${conditions.ready ? "" : "!"}${addresses}`)
    .join(", ")}`;

const cases: readonly (readonly [name: string, subsets: readonly EndpointSubset[], told: readonly string[]])[] = [
  [
    "ready and unready addresses",
    [{ addresses: [{ ip: "10.0.0.1" }], notReadyAddresses: [{ ip: "10.0.0.2" }], ports: [http] }],
    ["IPv4 80: 10.0.0.1, !10.0.0.2"],
  ],
  [
    "both families, in slices of their own",
    [{ addresses: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }], ports: [http] }],
    ["IPv4 80: 10.0.0.1", "IPv6 80: fd00::1"],
  ],
  [
    "one address in subsets of different ports",
    [
      { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
      { addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 81, protocol: "TCP" }] },
    ],
    ["IPv4 80: 10.0.0.1", "IPv4 81: 10.0.0.1"],
  ],
  [
    "one address in two subsets of the same ports, once and ready",
    [
      { notReadyAddresses: [{ ip: "10.0.0.1" }], ports: [http] },
      { addresses: [{ ip: "10.0.0.1" }], ports: [http] },
    ],
    ["IPv4 80: 10.0.0.1"],
  ],
  ["no ports at all", [{ addresses: [{ ip: "10.0.0.1" }] }], ["IPv4 : 10.0.0.1"]],
  ["nothing", [], []],
];
for (const [name, subsets, told] of cases)
  test(`mirrored Endpoints: ${name}`, () => {
    const first = stands([], { service: byHand, endpoints: endpointsOf(subsets) });
    assert.deepEqual(first.told, told);
    assert.equal(stands(first.slices, { service: byHand, endpoints: endpointsOf(subsets) }).writes, 0);
  });

test("mirrored Endpoints are followed when they change, and their slices keep their names", () => {
  const at = (...ips: readonly string[]) => endpointsOf([{ addresses: ips.map((ip) => ({ ip })), ports: [http] }]);
  const first = stands([], { service: byHand, endpoints: at("10.0.0.1") });
  const second = stands(first.slices, { service: byHand, endpoints: at("10.0.0.2", "fd00::2") });
  assert.deepEqual(second.told, ["IPv4 80: 10.0.0.2", "IPv6 80: fd00::2"]);
  assert.equal(second.slices[0]?.metadata.name, first.slices[0]?.metadata.name);
  assert.deepEqual(stands(second.slices, { service: byHand, endpoints: at("fd00::2") }).told, ["IPv6 80: fd00::2"]);
});

const some = [{ addresses: [{ ip: "10.0.0.1" }], ports: [http] }];
const unmirrored: readonly (readonly [name: string, facts: Omit<MirrorFacts, "slices">])[] = [
  ["that are gone", { service: byHand, endpoints: undefined }],
  ["without their Service", { service: undefined, endpoints: endpointsOf(some) }],
  ["of a Service that selects pods", { service: serviceOf("web"), endpoints: endpointsOf(some) }],
  [
    "that say they shall not be",
    {
      service: byHand,
      endpoints: endpointsOf(some, { labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } }),
    },
  ],
  [
    "that are the lock of an election",
    {
      service: byHand,
      endpoints: endpointsOf(some, { annotations: { "control-plane.alpha.kubernetes.io/leader": "{}" } }),
    },
  ],
];
for (const [name, facts] of unmirrored)
  test(`not mirrored, and what was mirrored goes: Endpoints ${name}`, () => {
    const before = stands([], { service: byHand, endpoints: endpointsOf(some) });
    assert.equal(before.slices.length, 1);
    assert.deepEqual(stands(before.slices, facts).slices, []);
  });

test("a mirrored slice says whose it is, and takes labels and annotations along but for those of one write", () => {
  const { slices } = stands([], {
    service: byHand,
    endpoints: endpointsOf(some, {
      labels: { app: "db", "kubernetes.io/service-name": "other" },
      annotations: { team: "a", "kubectl.kubernetes.io/last-applied-configuration": "{}" },
    }),
  });
  const [slice] = slices;
  assert.deepEqual(slice?.metadata.labels, {
    app: "db",
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
  });
  assert.deepEqual(slice?.metadata.annotations, { team: "a" });
  assert.deepEqual(slice?.metadata.ownerReferences, [
    { apiVersion: "v1", kind: "Endpoints", name: "web", uid: "uid-of-web", controller: true, blockOwnerDeletion: true },
  ]);
});

test("more addresses than a slice holds stand in several", () => {
  const subsets = [0, 1].map((block) => ({
    addresses: Array.from({ length: 900 }, (_, i) => ({ ip: `10.${block}.${i >> 8}.${i & 255}` })),
    ports: [http],
  }));
  const { slices } = stands([], { service: byHand, endpoints: endpointsOf(subsets) });
  assert.deepEqual(
    slices.map(({ endpoints }) => endpoints.length),
    [1000, 800],
  );
});
