import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { assign } from "./assign.ts";
import { type Cluster, dual, facts, http, outcome, type Spec, service } from "./specimens.ts";
import { holdingOf } from "./taken.ts";

const created: readonly (readonly [name: string, spec: Spec, cluster: Cluster, expected: string])[] = [
  ["the first dynamic address", { ports: [http] }, {}, "10.96.1.1 IPv4 SingleStack -"],
  ["the next one where that is taken", { ports: [http] }, { addresses: ["10.96.1.1"] }, "10.96.1.2 IPv4 SingleStack -"],
  ["a static address by name", { clusterIP: "10.96.0.7", ports: [http] }, {}, "10.96.0.7 IPv4 SingleStack -"],
  ["a dynamic address by name", { clusterIP: "10.100.0.0", ports: [http] }, {}, "10.100.0.0 IPv4 SingleStack -"],
  [
    "no address outside of the range",
    { clusterIP: "192.168.1.1", ports: [http] },
    {},
    'spec.clusterIPs: Invalid value: ["192.168.1.1"]: failed to allocate IP 192.168.1.1: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    "no network address",
    { clusterIP: "10.96.0.0", ports: [http] },
    {},
    'spec.clusterIPs: Invalid value: ["10.96.0.0"]: failed to allocate IP 10.96.0.0: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    "no broadcast address",
    { clusterIP: "10.111.255.255", ports: [http] },
    {},
    'spec.clusterIPs: Invalid value: ["10.111.255.255"]: failed to allocate IP 10.111.255.255: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    "no address that another has",
    { clusterIP: "10.96.0.7", ports: [http] },
    { addresses: ["10.96.0.7"] },
    'spec.clusterIPs: Invalid value: ["10.96.0.7"]: failed to allocate IP 10.96.0.7: provided IP is already allocated',
  ],
  ["no band in a range of 16", { ports: [http] }, { ranges: ["10.0.0.0/28"] }, "10.0.0.1 IPv4 SingleStack -"],
  [
    "nothing beyond the last of a range of 16",
    { ports: [http] },
    { ranges: ["10.0.0.0/28"], addresses: Array.from({ length: 14 }, (_, i) => `10.0.0.${i + 1}`) },
    "failed to allocate a serviceIP: range is full",
  ],
  [
    "one of a range that was added, where the first is full",
    { ports: [http] },
    { ranges: ["10.0.0.0/30"], addresses: ["10.0.0.1", "10.0.0.2"], further: ["fd00::/112", "10.200.0.0/24"] },
    "10.200.0.17 IPv4 SingleStack -",
  ],
  [
    "one of a range that was added by name",
    { clusterIP: "10.200.0.77", ports: [http] },
    { further: ["10.200.0.0/24"] },
    "10.200.0.77 IPv4 SingleStack -",
  ],
  [
    "none of a range that was added by a name that is in no range",
    { clusterIP: "10.201.0.1", ports: [http] },
    { further: ["10.200.0.0/24"] },
    'spec.clusterIPs: Invalid value: ["10.201.0.1"]: failed to allocate IP 10.201.0.1: provided IP is not in the valid range. The range of valid IPs is 10.96.0.0/12, 10.200.0.0/24',
  ],
  [
    "nothing where all is full",
    { ports: [http] },
    { ranges: ["10.0.0.0/30"], addresses: ["10.0.0.1", "10.0.0.2"] },
    "failed to allocate a serviceIP: range is full",
  ],
  ["headless", { clusterIP: "None", selector: { a: "b" }, ports: [http] }, {}, "None IPv4 SingleStack -"],
  ["headless without selector", { clusterIP: "None", ports: [http] }, {}, "None IPv4,IPv6 RequireDualStack -"],
  ["ExternalName", { type: "ExternalName", externalName: "example.com" }, {}, "- - - "],
  [
    "no second family on a cluster of one",
    { ipFamilyPolicy: "RequireDualStack", ports: [http] },
    {},
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    "no family that the cluster lacks",
    { ipFamilies: ["IPv6"], ports: [http] },
    {},
    'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
  [
    "one family where two are preferred",
    { ipFamilyPolicy: "PreferDualStack", ports: [http] },
    {},
    "10.96.1.1 IPv4 PreferDualStack -",
  ],
  [
    "both families on a cluster of two",
    { ipFamilyPolicy: "PreferDualStack", ports: [http] },
    { ranges: dual },
    "10.96.1.1,fd00:1::101 IPv4,IPv6 PreferDualStack -",
  ],
  [
    "both families in the order that it names them",
    { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6", "IPv4"], ports: [http] },
    { ranges: dual },
    "fd00:1::101,10.96.1.1 IPv6,IPv4 RequireDualStack -",
  ],
  [
    "the family that is left, after the one that it names",
    { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6"], ports: [http] },
    { ranges: dual },
    "fd00:1::101,10.96.1.1 IPv6,IPv4 PreferDualStack -",
  ],
  [
    "the cluster's first family first",
    { ipFamilyPolicy: "PreferDualStack", ports: [http] },
    { ranges: ["fd00:1::/112", "10.96.0.0/12"] },
    "fd00:1::101,10.96.1.1 IPv6,IPv4 PreferDualStack -",
  ],
  [
    "both addresses that it names",
    {
      ipFamilyPolicy: "RequireDualStack",
      clusterIP: "fd00:1::7",
      clusterIPs: ["fd00:1::7", "10.96.0.7"],
      ports: [http],
    },
    { ranges: dual },
    "fd00:1::7,10.96.0.7 IPv6,IPv4 RequireDualStack -",
  ],
  [
    "not two addresses under one stack",
    { clusterIP: "10.96.0.7", clusterIPs: ["10.96.0.7", "fd00:1::7"], ports: [http] },
    { ranges: dual },
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified",
  ],
  [
    "no address of a family that the cluster lacks",
    { clusterIP: "fd00:1::7", ports: [http] },
    {},
    'spec.clusterIPs[0]: Invalid value: ["fd00:1::7"]: IPv6 is not configured on this cluster',
  ],
  [
    "two families when headless without selector, on a cluster of one",
    { clusterIP: "None", ipFamilyPolicy: "PreferDualStack", ports: [http] },
    {},
    "None IPv4,IPv6 PreferDualStack -",
  ],
  [
    "one family when headless with a selector and the wish for two, on a cluster of one",
    { clusterIP: "None", ipFamilyPolicy: "PreferDualStack", selector: { a: "b" }, ports: [http] },
    {},
    "None IPv4 PreferDualStack -",
  ],
  [
    "the second family alone",
    { ipFamilies: ["IPv6"], ports: [http] },
    { ranges: dual },
    "fd00:1::101 IPv6 SingleStack -",
  ],
  [
    "not two families under one stack",
    { ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4", "IPv6"], ports: [http] },
    { ranges: dual },
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
  ],
  ["the first dynamic node port", { type: "NodePort", ports: [http] }, {}, "10.96.1.1 IPv4 SingleStack 30086"],
  [
    "a node port by name",
    { type: "NodePort", ports: [{ port: 80, nodePort: 30_000 }] },
    {},
    "10.96.1.1 IPv4 SingleStack 30000",
  ],
  [
    "no node port outside of the range",
    { type: "NodePort", ports: [{ port: 80, nodePort: 8123 }] },
    {},
    "spec.ports[0].nodePort: Invalid value: 8123: provided port is not in the valid range. The range of valid ports is 30000-32767",
  ],
  [
    "one below a range that was widened",
    { type: "NodePort", ports: [{ port: 7001, nodePort: 17_001 }] },
    { nodePorts: { first: 10_000, last: 32_767 } },
    "10.96.1.1 IPv4 SingleStack 17001",
  ],
  [
    "no node port that another has, whatever its protocol",
    { type: "NodePort", ports: [{ port: 80, nodePort: 30_100, protocol: "UDP" }] },
    { ports: [30_100] },
    "spec.ports[0].nodePort: Invalid value: 30100: provided port is already allocated",
  ],
  [
    "one node port for TCP and UDP of a port",
    {
      type: "NodePort",
      ports: [
        { port: 53, name: "t" },
        { port: 53, name: "u", protocol: "UDP" },
      ],
    },
    {},
    "10.96.1.1 IPv4 SingleStack 30086,30086",
  ],
  [
    "the node port that the other protocol asks for",
    {
      type: "NodePort",
      ports: [
        { port: 53, name: "t" },
        { port: 53, name: "u", protocol: "UDP", nodePort: 30_053 },
      ],
    },
    {},
    "10.96.1.1 IPv4 SingleStack 30053,30053",
  ],
  [
    "different node ports for different ports",
    {
      type: "NodePort",
      ports: [
        { port: 80, name: "a" },
        { port: 81, name: "b" },
      ],
    },
    {},
    "10.96.1.1 IPv4 SingleStack 30086,30087",
  ],
  [
    "no chance of what is asked for further on",
    {
      type: "NodePort",
      ports: [
        { port: 80, name: "a" },
        { port: 81, name: "b", nodePort: 30_086 },
      ],
    },
    {},
    "10.96.1.1 IPv4 SingleStack 30087,30086",
  ],
  [
    "no node port where the range is full",
    { type: "NodePort", ports: [http] },
    { nodePorts: { first: 30_000, last: 30_001 }, ports: [30_000, 30_001] },
    "failed to allocate a nodePort: range is full",
  ],
  [
    "no node ports for a load balancer that wants none",
    {
      type: "LoadBalancer",
      allocateLoadBalancerNodePorts: false,
      ports: [http, { port: 81, name: "b", nodePort: 30_001 }],
    },
    {},
    "10.96.1.1 IPv4 SingleStack -,30001",
  ],
  [
    "a health check port for a local load balancer",
    { type: "LoadBalancer", externalTrafficPolicy: "Local", ports: [http] },
    {},
    "10.96.1.1 IPv4 SingleStack 30086 check 30087",
  ],
];
for (const [name, spec, cluster, expected] of created) {
  test(`a new Service gets ${name}`, () => assert.equal(outcome(service(spec), undefined, cluster), expected));
}

test("a Service holds its addresses, its node ports and its health check port", () => {
  const one = service({
    type: "LoadBalancer",
    clusterIP: "10.96.5.5",
    ports: [{ name: "http", port: 80, nodePort: 30_500 }],
    healthCheckNodePort: 30_600,
  });
  assert.deepEqual(holdingOf(one), { addresses: ["10.96.5.5"], ports: [30_500, 30_600] });
  assert.deepEqual(holdingOf(service({ clusterIP: "None" })), { addresses: [], ports: [] });
});

test("every address of a range is given out once, then none", () => {
  const range = mustCidr("10.0.0.0/24");
  const given = new Set<string>();
  let state = 7;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (;;) {
    const result = assign(service({ ports: [http] }), undefined, {
      ...facts({ random }),
      ranges: [range],
      isAddressTaken: (one) => given.has(one),
    });
    if (result.kind !== "assigned") {
      assert.equal(result.kind, "exhausted");
      break;
    }
    const address = result.service.spec.clusterIP ?? "";
    assert.ok(!given.has(address), `${address} was given out twice`);
    given.add(address);
  }
  assert.equal(given.size, 254);
  const order = [...given].map((one) => Number(one.split(".")[3]));
  const firstStatic = order.findIndex((last) => last <= 16);
  assert.ok(
    order.slice(firstStatic).every((last) => last <= 16),
    "the static band is used before the dynamic one is full",
  );
});
