import assert from "node:assert/strict";
import test from "node:test";
import { events } from "#api/core/event.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { ipAddresses } from "#api/networking/ip-address.ts";
import { networkPolicies } from "#api/networking/network-policy.ts";
import { serviceCidrs } from "#api/networking/service-cidr.ts";
import { podDisruptionBudgets } from "#api/policy/pod-disruption-budget.ts";
import { read } from "#machinery/decode.ts";
import { isJsonObject, withoutUndefined } from "#machinery/json.ts";
import { type AnyKind, type AnyOtherVersion, apiVersionOf } from "#machinery/kind.ts";
import { isSame } from "#machinery/rules/differences.ts";
import type { AnyType } from "#machinery/schema.ts";
import { seeded } from "../harness/seeded.ts";
import { generate } from "./generate.ts";

const seeds = Array.from({ length: 300 }, (_, i) => i + 1);
const kinds: readonly AnyKind[] = [
  events,
  endpointSlices,
  ingresses,
  ingressClasses,
  ipAddresses,
  networkPolicies,
  serviceCidrs,
  podDisruptionBudgets,
];

function readGood(type: AnyType, json: unknown): unknown {
  const result = read(type, withoutUndefined(json));
  assert(result.kind === "read", result.kind === "mismatch" ? result.message : "");
  assert.deepEqual(result.unknown, []);
  return result.object;
}
const toHub = (kind: AnyKind, version: AnyOtherVersion, json: unknown): unknown =>
  readGood(kind.type, version.toHub(version.derive(readGood(version.type, json))));
const fromHub = (kind: AnyKind, version: AnyOtherVersion, json: unknown): unknown =>
  readGood(version.type, version.fromHub(readGood(kind.type, json)));

for (const kind of kinds)
  for (const version of kind.otherVersions ?? []) {
    test(`${apiVersionOf(version)} ${kind.kind}: nothing of an object is lost when it is shown and sent back`, () => {
      for (const seed of seeds) {
        const object = storable(readGood(kind.type, generate(kind.type, seeded(seed))));
        assert.deepEqual(toHub(kind, version, fromHub(kind, version, object)), object, `seed ${seed}`);
      }
    });
    test(`${apiVersionOf(version)} ${kind.kind}: what was sent is shown again`, () => {
      for (const seed of seeds) {
        const sent = readGood(version.type, generate(version.type, seeded(seed)));
        const shown = fromHub(kind, version, toHub(kind, version, sent));
        assert.deepEqual(shown, kind === endpointSlices ? withHosts(sent) : sent, `seed ${seed}`);
      }
    });
  }

/** Without what no rule lets in and an old version has no words for: a port with a name and a number, or a backend with neither. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value)
    .filter(([key, one]) => key !== "service" || !isSame(one, { name: "", port: {} }))
    .map(([key, one]): [string, unknown] =>
      key === "port" && isJsonObject(one) && "name" in one ? [key, { name: one.name }] : [key, storable(one)],
    );
  return Object.fromEntries(entries);
}

/** An endpoint's node is told by its topology too. */
function withHosts(slice: unknown): unknown {
  if (!isJsonObject(slice) || !Array.isArray(slice.endpoints)) return slice;
  const endpoints = slice.endpoints.map((one) => {
    if (!isJsonObject(one) || one.nodeName === undefined) return one;
    const topology = isJsonObject(one.topology) ? one.topology : {};
    return { ...one, topology: { ...topology, "kubernetes.io/hostname": one.nodeName } };
  });
  return { ...slice, endpoints };
}

type Row = readonly [apiVersion: string, kind: AnyKind, old: object, hub: object];
const path = (backend: object, more: object): object => ({ rules: [{ http: { paths: [{ ...more, backend }] } }] });
const emptyKey = "pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match";
const slice = (endpoint: object): object => ({
  addressType: "IPv4",
  endpoints: [{ addresses: ["192.0.2.1"], conditions: {}, ...endpoint }],
  ports: [],
});

const rows: readonly Row[] = [
  ...["extensions/v1beta1", "networking.k8s.io/v1beta1"].flatMap((version): readonly Row[] => [
    [
      version,
      ingresses,
      {
        spec: {
          backend: { serviceName: "web", servicePort: "http" },
          ...path({ serviceName: "api", servicePort: 80 }, { path: "/api" }),
        },
        status: { loadBalancer: {} },
      },
      {
        spec: {
          defaultBackend: { service: { name: "web", port: { name: "http" } } },
          ...path(
            { service: { name: "api", port: { number: 80 } } },
            { path: "/api", pathType: "ImplementationSpecific" },
          ),
        },
        status: { loadBalancer: {} },
      },
    ],
    [
      version,
      ingresses,
      {
        spec: { ...path({ resource: { kind: "Bucket", name: "a" } }, { pathType: "Prefix" }) },
        status: { loadBalancer: {} },
      },
      {
        spec: { ...path({ resource: { kind: "Bucket", name: "a" } }, { pathType: "Prefix" }) },
        status: { loadBalancer: {} },
      },
    ],
  ]),
  ...(
    [
      [{}, { matchExpressions: [{ key: emptyKey, operator: "Exists" }] }],
      [{ matchExpressions: [{ key: emptyKey, operator: "DoesNotExist" }] }, {}],
      [{ matchLabels: { a: "b" } }, { matchLabels: { a: "b" } }],
    ] as const
  ).map(
    ([old, hub]): Row => [
      "policy/v1beta1",
      podDisruptionBudgets,
      { spec: { selector: old } },
      { spec: { selector: hub } },
    ],
  ),
  [
    "discovery.k8s.io/v1beta1",
    endpointSlices,
    slice({
      nodeName: "n",
      topology: {
        "kubernetes.io/hostname": "n",
        "topology.kubernetes.io/zone": "z",
        "topology.kubernetes.io/region": "r",
      },
    }),
    slice({ nodeName: "n", zone: "z", deprecatedTopology: { "topology.kubernetes.io/region": "r" } }),
  ],
  [
    "discovery.k8s.io/v1beta1",
    endpointSlices,
    slice({ nodeName: "n", topology: { "kubernetes.io/hostname": "other" } }),
    slice({ nodeName: "n", deprecatedTopology: { "kubernetes.io/hostname": "other" } }),
  ],
  [
    "events.k8s.io/v1",
    events,
    {
      regarding: { kind: "Pod", name: "web" },
      note: "hello",
      reportingController: "example.com/a",
      deprecatedSource: { component: "a" },
      deprecatedCount: 2,
      deprecatedFirstTimestamp: "2026-01-01T00:00:00Z",
      deprecatedLastTimestamp: "2026-01-02T00:00:00Z",
      eventTime: null,
    },
    {
      involvedObject: { kind: "Pod", name: "web" },
      message: "hello",
      reportingComponent: "example.com/a",
      source: { component: "a" },
      count: 2,
      firstTimestamp: "2026-01-01T00:00:00Z",
      lastTimestamp: "2026-01-02T00:00:00Z",
    },
  ],
];
for (const [i, [apiVersion, kind, old, hub]] of rows.entries())
  test(`${apiVersion} ${kind.kind} says the same in other words (${i})`, () => {
    const version = kind.otherVersions?.find((one) => apiVersionOf(one) === apiVersion);
    assert(version !== undefined);
    const [stored, shown] = [
      { metadata: {}, ...hub },
      { metadata: {}, ...old },
    ];
    assert.deepEqual(toHub(kind, version, shown), readGood(kind.type, stored));
    assert.deepEqual(fromHub(kind, version, stored), version.derive(readGood(version.type, shown)));
  });
