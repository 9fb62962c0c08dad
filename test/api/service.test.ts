import assert from "node:assert/strict";
import test from "node:test";
import { services } from "#api/core/service.ts";
import { told, toldOfUpdate } from "./told.ts";

const port = { port: 80 };
const cases: readonly (readonly [name: string, spec: object, messages: readonly string[]])[] = [
  ["a port and nothing else is enough", { ports: [port] }, []],
  ["no ports", {}, ["spec.ports: Required value"]],
  ["headless needs no ports", { clusterIP: "None", clusterIPs: ["None"] }, []],
  [
    "a port without its number",
    { ports: [{ name: "a" }] },
    [
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive",
    ],
  ],
  [
    "a port beyond the last",
    { ports: [{ port: 65_536, targetPort: 80 }] },
    ["spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive"],
  ],
  [
    "two ports without names",
    { ports: [port, { port: 443 }] },
    ["spec.ports[0].name: Required value", "spec.ports[1].name: Required value"],
  ],
  [
    "two ports of one name",
    {
      ports: [
        { name: "web", port: 80 },
        { name: "web", port: 81 },
      ],
    },
    ['spec.ports[1].name: Duplicate value: "web"'],
  ],
  [
    "one port twice",
    {
      ports: [
        { name: "a", port: 80 },
        { name: "b", port: 80 },
      ],
    },
    ['spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
  ],
  [
    "one number for TCP and UDP",
    {
      ports: [
        { name: "a", port: 53 },
        { name: "b", port: 53, protocol: "UDP" },
      ],
    },
    [],
  ],
  [
    "a protocol that is none",
    { ports: [{ port: 80, protocol: "HTTP" }] },
    ['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
  ],
  [
    "a target's name that is none",
    { ports: [{ port: 80, targetPort: "web--page" }] },
    ['spec.ports[0].targetPort: Invalid value: "web--page": must not contain consecutive hyphens'],
  ],
  [
    "cookie affinity",
    { ports: [port], sessionAffinity: "Cookie" },
    ['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
  ],
  [
    "affinity for more than a day",
    { ports: [port], sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } } },
    [
      "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400",
    ],
  ],
  [
    "a type that is none",
    { ports: [port], type: "LoadBalance" },
    [
      'spec.type: Unsupported value: "LoadBalance": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    "a comment that became part of the type",
    { ports: [port], type: "NodePort  // open" },
    [
      'spec.type: Unsupported value: "NodePort  // open": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  [
    "a node port of a type that has none",
    { ports: [{ port: 80, nodePort: 30_000 }] },
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  [
    "one node port twice",
    {
      type: "NodePort",
      ports: [
        { name: "a", port: 80, nodePort: 30_000 },
        { name: "b", port: 81, nodePort: 30_000 },
      ],
    },
    ["spec.ports[1].nodePort: Duplicate value: 30000"],
  ],
  [
    "an address with leading zeros",
    { ports: [port], clusterIP: "10.96.000.010", clusterIPs: ["10.96.000.010"] },
    ['spec.clusterIPs[0]: Invalid value: "10.96.000.010": must not have leading 0s'],
  ],
  [
    "headless with a node port's type",
    { type: "NodePort", clusterIP: "None", clusterIPs: ["None"], ports: [port] },
    ["spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services"],
  ],
  [
    "two addresses of one family",
    { ports: [port], clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7", "10.96.0.8"] },
    ['spec.clusterIPs: Invalid value: ["10.96.0.7","10.96.0.8"]: may specify no more than one IP for each IP family'],
  ],
  [
    "an address of another family than the one asked for",
    { ports: [port], clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ipFamilies: ["IPv6"] },
    ['spec.clusterIPs[0]: Invalid value: "10.96.0.7": expected an IPv6 value as indicated by `ipFamilies[0]`'],
  ],
  [
    "a family that is none",
    { ports: [port], ipFamilies: ["IPv5"] },
    ['spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"'],
  ],
  ["an alias without its name", { type: "ExternalName" }, ["spec.externalName: Required value"]],
  [
    "an alias with an address",
    { type: "ExternalName", externalName: "db.example.com", clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"] },
    ["spec.clusterIPs: Forbidden: may not be set for ExternalName services"],
  ],
  [
    "an external address on every machine",
    { ports: [port], externalIPs: ["127.0.0.1"] },
    ['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ],
  [
    "source ranges without a load balancer",
    { ports: [port], loadBalancerSourceRanges: ["10.0.0.0/33"] },
    [
      "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  ],
  [
    "a traffic policy that nobody outside meets",
    { ports: [port], externalTrafficPolicy: "Local" },
    ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  ],
  [
    "a traffic policy that is none",
    { type: "NodePort", ports: [port], externalTrafficPolicy: "Global", internalTrafficPolicy: "Global" },
    [
      'spec.externalTrafficPolicy: Unsupported value: "Global": supported values: "Cluster", "Local"',
      'spec.internalTrafficPolicy: Unsupported value: "Global": supported values: "Cluster", "Local"',
    ],
  ],
  [
    "a wish that is none",
    { ports: [port], trafficDistribution: "Far" },
    [
      'spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameNode", "PreferSameZone"',
    ],
  ],
];

for (const [name, spec, messages] of cases)
  test(`a Service is judged as Kubernetes judges it: ${name}`, () =>
    assert.deepEqual(told(services, { spec }), messages));

test("a Service's name is a DNS-1035 label", () =>
  assert.deepEqual(told(services, { metadata: { name: "1st" }, spec: { ports: [port] } }), [
    "metadata.name: Invalid value: \"1st\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ]));

const assigned = { ports: [port], clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7"], ipFamilies: ["IPv4"] };
const balanced = { ...assigned, type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 30_001 };
const updates: readonly (readonly [name: string, next: object, old: object, messages: readonly string[]])[] = [
  ["its labels", { ...assigned, selector: { app: "b" } }, assigned, []],
  [
    "its address",
    { ...assigned, clusterIP: "10.96.0.8", clusterIPs: ["10.96.0.8"] },
    assigned,
    ['spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set'],
  ],
  [
    "its family",
    { ...assigned, clusterIP: "fd00::1", clusterIPs: ["fd00::1"], ipFamilies: ["IPv6"] },
    assigned,
    [
      'spec.clusterIPs[0]: Invalid value: ["fd00::1"]: may not change once set',
      'spec.ipFamilies[0]: Invalid value: ["IPv6"]: may not change once set',
    ],
  ],
  [
    "a second address",
    { ...assigned, clusterIPs: ["10.96.0.7", "fd00::1"], ipFamilies: ["IPv4", "IPv6"] },
    assigned,
    [],
  ],
  [
    "a load balancer's class",
    { ...balanced, loadBalancerClass: "b/c" },
    balanced,
    ['spec.loadBalancerClass: Invalid value: "b/c": may not change once set'],
  ],
  [
    "its health check",
    { ...balanced, healthCheckNodePort: 30_002 },
    balanced,
    ["spec.healthCheckNodePort: Forbidden: field is immutable"],
  ],
];
for (const [name, next, old, messages] of updates)
  test(`changing a Service: ${name}`, () =>
    assert.deepEqual(toldOfUpdate(services, { spec: next }, { spec: old }), messages));
