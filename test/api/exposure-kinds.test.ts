import assert from "node:assert/strict";
import test from "node:test";
import { ingresses } from "#api/networking/ingress.ts";
import { ingressClasses } from "#api/networking/ingress-class.ts";
import { ipAddresses } from "#api/networking/ip-address.ts";
import { networkPolicies } from "#api/networking/network-policy.ts";
import { serviceCidrs } from "#api/networking/service-cidr.ts";
import { podDisruptionBudgets } from "#api/policy/pod-disruption-budget.ts";
import type { AnyKind } from "#machinery/kind.ts";
import { partOf } from "../server/served.ts";
import { stored, told, toldOfUpdate } from "./told.ts";

const subdomain = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const subdomainSentence = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`;

const web = { service: { name: "web", port: { number: 80 } } };
const backed = (backend: object): object => ({ spec: { defaultBackend: backend } });
const parent = { resource: "services", namespace: "default", name: "web" };
const policy = (peer: object): object => ({ spec: { ingress: [{ from: [peer] }] } });
const ports = (port: object): object => ({ spec: { egress: [{ ports: [port] }] } });

type Case = readonly [name: string, kind: AnyKind, object: object, messages: readonly string[]];
const cases: readonly Case[] = [
  [
    "a policy's peer is somebody",
    networkPolicies,
    policy({}),
    ["spec.ingress[0].from[0]: Required value: must specify a peer"],
  ],
  ["an empty selector is a peer", networkPolicies, policy({ namespaceSelector: {} }), []],
  [
    "a block stands alone",
    networkPolicies,
    policy({ podSelector: {}, ipBlock: { cidr: "10.0.0.0/8" } }),
    ["spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer"],
  ],
  [
    "holes are within their block",
    networkPolicies,
    policy({ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "10.0.0.0/8", "192.0.2.0/24"] } }),
    ["10.0.0.0/8", "192.0.2.0/24"].map(
      (hole, i) =>
        `spec.ingress[0].from[0].ipBlock.except[${i + 1}]: Invalid value: "${hole}": must be a strict subset of \`cidr\``,
    ),
  ],
  [
    "a block is one",
    networkPolicies,
    policy({ ipBlock: {} }),
    ["spec.ingress[0].from[0].ipBlock.cidr: Required value"],
  ],
  [
    "ports in a row end after they begin",
    networkPolicies,
    ports({ port: 80, endPort: 79 }),
    ["spec.egress[0].ports[0].endPort: Invalid value: 79: must be greater than or equal to `port`"],
  ],
  [
    "ports in a row are numbers",
    networkPolicies,
    ports({ port: "http", endPort: 79 }),
    ["spec.egress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is non-numeric"],
  ],
  [
    "ports in a row begin somewhere",
    networkPolicies,
    ports({ endPort: 79 }),
    ["spec.egress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is not specified"],
  ],
  [
    "a policy has two directions",
    networkPolicies,
    { spec: { policyTypes: ["Ingress", "Sideways"] } },
    ['spec.policyTypes[1]: Unsupported value: "Sideways": supported values: "Egress", "Ingress"'],
  ],
  [
    "a policy has no third direction",
    networkPolicies,
    { spec: { policyTypes: ["Ingress", "Egress", "Ingress"] } },
    ['spec.policyTypes: Invalid value: ["Ingress","Egress","Ingress"]: may not specify more than two policyTypes'],
  ],
  ["ranges are some", serviceCidrs, {}, ["spec.cidrs: Required value: at least one CIDR required"]],
  [
    "ranges are at most two",
    serviceCidrs,
    { spec: { cidrs: ["a", "b", "c"] } },
    ['spec.cidrs: Invalid value: {"cidrs":["a","b","c"]}: may only hold up to 2 values'],
  ],
  [
    "ranges are of different families",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.0/24", "10.1.0.0/24"] } },
    [
      'spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
    ],
  ],
  [
    "ranges are written in one way",
    serviceCidrs,
    { spec: { cidrs: ["10.0.0.1/24", "fd00:0::/64"] } },
    [
      'spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length',
      'spec.cidrs[1]: Invalid value: "fd00:0::/64": must be in canonical form ("fd00::/64")',
    ],
  ],
  [
    "an address is called what it is",
    ipAddresses,
    { metadata: { name: "web" }, spec: { parentRef: parent } },
    ['metadata.name: Invalid value: "web": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
  ],
  [
    "an address is called what everybody calls it",
    ipAddresses,
    { metadata: { name: "2001:DB8::1" }, spec: { parentRef: parent } },
    ['metadata.name: Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")'],
  ],
  ["an address has an owner", ipAddresses, { metadata: { name: "192.0.2.1" } }, ["spec.parentRef: Required value"]],
  [
    "an owner has a name",
    ipAddresses,
    { metadata: { name: "192.0.2.1" }, spec: { parentRef: { group: "A", namespace: "a/b" } } },
    [
      `spec.parentRef.group: Invalid value: "A": ${subdomainSentence}`,
      "spec.parentRef.resource: Required value",
      "spec.parentRef.name: Required value",
      "spec.parentRef.namespace: Invalid value: \"a/b\": may not contain '/'",
    ],
  ],
  [
    "a budget says one thing",
    podDisruptionBudgets,
    { spec: { minAvailable: 1, maxUnavailable: 1 } },
    ['spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set'],
  ],
  [
    "a budget is a share of what there is",
    podDisruptionBudgets,
    { spec: { minAvailable: "101%" } },
    ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  ],
  [
    "a budget isn't negative",
    podDisruptionBudgets,
    { spec: { maxUnavailable: -1 } },
    ["spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"],
  ],
  [
    "unhealthy pods go in one of two ways",
    podDisruptionBudgets,
    { spec: { unhealthyPodEvictionPolicy: "Never" } },
    ['spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"'],
  ],
];
for (const [name, kind, object, messages] of cases)
  test(`${kind.kind}: ${name}`, () => assert.deepEqual(told(kind, { ...object }), messages));

const condition = { type: "A", status: "True", reason: "B", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };
const range = (...cidrs: readonly string[]): object => ({ spec: { cidrs } });

const updates: readonly (readonly [
  name: string,
  kind: AnyKind,
  next: object,
  old: object,
  messages: readonly string[],
])[] = [
  [
    "a class keeps its controller",
    ingressClasses,
    { spec: { controller: "a.io/c" } },
    { spec: { controller: "a.io/b" } },
    ['spec.controller: Invalid value: "a.io/c": field is immutable'],
  ],
  [
    "an Ingress is answered at addresses and names",
    ingresses,
    { ...backed(web), status: { loadBalancer: { ingress: [{ ip: "a" }, { hostname: "192.0.2.1" }] } } },
    backed(web),
    [
      'status.loadBalancer.ingress[0].ip: Invalid value: "a": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'status.loadBalancer.ingress[1].hostname: Invalid value: "192.0.2.1": must be a DNS name, not an IP address',
    ],
  ],
  [
    "ranges stay",
    serviceCidrs,
    range("10.1.0.0/24"),
    range("10.0.0.0/24"),
    ['spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable'],
  ],
  ["a second family may come", serviceCidrs, range("10.0.0.0/24", "fd00::/64"), range("10.0.0.0/24"), []],
  [
    "a second family may not go",
    serviceCidrs,
    range("10.0.0.0/24"),
    range("10.0.0.0/24", "fd00::/64"),
    ['spec.cidrs: Invalid value: ["10.0.0.0/24"]: field is immutable'],
  ],
  [
    "an address stays whose it is",
    ipAddresses,
    { metadata: { name: "192.0.2.1" }, spec: { parentRef: { ...parent, name: "b" } } },
    { metadata: { name: "192.0.2.1" }, spec: { parentRef: parent } },
    ['spec.parentRef: Invalid value: {"resource":"services","namespace":"default","name":"b"}: field is immutable'],
  ],
  [
    "a budget's status is what a condition can say",
    podDisruptionBudgets,
    {
      status: {
        currentHealthy: -1,
        conditions: [condition, { ...condition, type: "a b", status: "Yes", reason: "", lastTransitionTime: null }],
      },
    },
    {},
    [
      "status.conditions[1].type: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'status.conditions[1].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"',
      "status.conditions[1].lastTransitionTime: Required value: must be set",
      "status.conditions[1].reason: Required value: must be set",
      "status.currentHealthy: Invalid value: -1: must be greater than or equal to 0",
    ],
  ],
];
for (const [name, kind, next, old, messages] of updates)
  test(`${kind.kind}: ${name}`, () => assert.deepEqual(toldOfUpdate(kind, { ...next }, { ...old }), messages));

const defaults: readonly (readonly [kind: AnyKind, object: object, field: readonly string[], value: unknown])[] = [
  [networkPolicies, {}, ["spec"], { podSelector: {}, policyTypes: ["Ingress"] }],
  [networkPolicies, { spec: { egress: [{}] } }, ["spec", "policyTypes"], ["Ingress", "Egress"]],
  [networkPolicies, { spec: { policyTypes: ["Egress"] } }, ["spec", "policyTypes"], ["Egress"]],
  [networkPolicies, ports({ port: 80 }), ["spec", "egress"], [{ ports: [{ port: 80, protocol: "TCP" }] }]],
  [
    ingressClasses,
    { spec: { controller: "a.io/b", parameters: { kind: "A", name: "b" } } },
    ["spec", "parameters"],
    { kind: "A", name: "b", scope: "Cluster" },
  ],
];
for (const [kind, object, field, value] of defaults)
  test(`${kind.kind}: ${JSON.stringify(object)} is read as ${JSON.stringify(value)}`, () =>
    assert.deepEqual(partOf(stored(kind, { ...object }), field), value));

const warned: readonly (readonly [kind: AnyKind, object: object, warnings: readonly string[]])[] = [
  [
    ingresses,
    { metadata: { annotations: { "kubernetes.io/ingress.class": "nginx" } }, ...backed(web) },
    ["annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"],
  ],
  [
    networkPolicies,
    policy({ ipBlock: { cidr: "10.0.0.1/8", except: ["10.1.0.0/16"] } }),
    [
      'spec.ingress[0].from[0].ipBlock.cidr: CIDR value "10.0.0.1/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.0.0.1/32"?)',
    ],
  ],
];
for (const [kind, object, warnings] of warned)
  test(`${kind.kind}: a warning tells what may not be meant (${warnings.length})`, () =>
    assert.deepEqual([...(kind.warnings?.(stored(kind, { ...object }), undefined) ?? [])], warnings));
