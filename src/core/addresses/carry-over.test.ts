import assert from "node:assert/strict";
import { test } from "node:test";
import { carryOver } from "./carry-over.ts";
import { type Cluster, dual, http, outcome, type Spec, service } from "./specimens.ts";

const held: Spec = {
  type: "NodePort",
  clusterIP: "10.96.5.5",
  clusterIPs: ["10.96.5.5"],
  ipFamilies: ["IPv4"],
  ipFamilyPolicy: "SingleStack",
  ports: [{ name: "http", port: 80, nodePort: 30_500 }],
};
const taken: Cluster = { addresses: ["10.96.5.5"], ports: [30_500] };

const onlyFirst: Spec = { ...held, type: "ClusterIP", ports: [http] };
const bothFamilies: Spec = {
  type: "ClusterIP",
  clusterIP: "10.96.5.5",
  clusterIPs: ["10.96.5.5", "fd00:1::5"],
  ipFamilies: ["IPv4", "IPv6"],
  ipFamilyPolicy: "PreferDualStack",
  ports: [http],
};
const movedBetweenStacks: readonly (readonly [name: string, old: Spec, next: Spec, expected: string])[] = [
  [
    "gets a second address when it prefers two families",
    onlyFirst,
    { ...onlyFirst, ipFamilyPolicy: "PreferDualStack" },
    "10.96.5.5,fd00:1::101 IPv4,IPv6 PreferDualStack -",
  ],
  [
    "gets a second address when it requires two families",
    onlyFirst,
    { ...onlyFirst, ipFamilyPolicy: "RequireDualStack" },
    "10.96.5.5,fd00:1::101 IPv4,IPv6 RequireDualStack -",
  ],
  [
    "gets the second address that it names",
    onlyFirst,
    { ...onlyFirst, ipFamilyPolicy: "RequireDualStack", clusterIPs: ["10.96.5.5", "fd00:1::7"] },
    "10.96.5.5,fd00:1::7 IPv4,IPv6 RequireDualStack -",
  ],
  [
    "keeps both when only the wish becomes a demand",
    bothFamilies,
    { ...bothFamilies, ipFamilyPolicy: "RequireDualStack" },
    "10.96.5.5,fd00:1::5 IPv4,IPv6 RequireDualStack -",
  ],
  [
    "gives the second up with a word",
    bothFamilies,
    { ...bothFamilies, ipFamilyPolicy: "SingleStack" },
    "10.96.5.5 IPv4 SingleStack -",
  ],
  [
    "gives the second up by naming the first address alone",
    bothFamilies,
    { ...bothFamilies, ipFamilyPolicy: "SingleStack", clusterIPs: ["10.96.5.5"] },
    "10.96.5.5 IPv4 SingleStack -",
  ],
  [
    "gives the second up by naming the first family alone",
    bothFamilies,
    { ...bothFamilies, ipFamilyPolicy: "SingleStack", ipFamilies: ["IPv4"] },
    "10.96.5.5 IPv4 SingleStack -",
  ],
  [
    "can't drop the second address while it prefers two",
    bothFamilies,
    { ...bothFamilies, clusterIPs: ["10.96.5.5"] },
    "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release the secondary cluster IP",
  ],
  [
    "can't drop the second family while it prefers two",
    bothFamilies,
    { ...bothFamilies, ipFamilies: ["IPv4"] },
    "spec.ipFamilyPolicy: Invalid value: \"PreferDualStack\": must be 'SingleStack' to release the secondary IP family",
  ],
  [
    "with one address stays so, though the cluster has got a second family",
    { ...onlyFirst, ipFamilyPolicy: "PreferDualStack" },
    { ...onlyFirst, ipFamilyPolicy: "PreferDualStack", selector: { a: "b" } },
    "10.96.5.5 IPv4 PreferDualStack -",
  ],
  [
    "gives up both addresses as an ExternalName",
    bothFamilies,
    { ...bothFamilies, type: "ExternalName", externalName: "example.com" },
    "- - - -",
  ],
  [
    "gets both when it stops being an ExternalName",
    { type: "ExternalName", externalName: "example.com" },
    { ipFamilyPolicy: "PreferDualStack", ports: [http] },
    "10.96.1.1,fd00:1::101 IPv4,IPv6 PreferDualStack -",
  ],
];
for (const [name, before, after, expected] of movedBetweenStacks) {
  test(`on a cluster of two families, a Service ${name}`, () => {
    const old = service(before);
    assert.equal(outcome(carryOver(service(after), old), old, { ...taken, ranges: dual }), expected);
  });
}

test("a Service of two families stays so where the cluster has lost one", () => {
  const old = service(bothFamilies);
  const next = service({ ...bothFamilies, selector: { a: "b" } });
  assert.equal(outcome(carryOver(next, old), old, taken), "10.96.5.5,fd00:1::5 IPv4,IPv6 PreferDualStack -");
});

const updated: readonly (readonly [name: string, old: Spec, next: Spec, expected: string])[] = [
  [
    "of a load balancer gives up the node ports that it leaves out, where none are wanted",
    { ...held, type: "LoadBalancer" },
    { ...held, type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [{ name: "http", port: 80 }] },
    "10.96.5.5 IPv4 SingleStack -",
  ],
  [
    "of a load balancer keeps the node ports that it names, where none are wanted",
    { ...held, type: "LoadBalancer" },
    { ...held, type: "LoadBalancer", allocateLoadBalancerNodePorts: false },
    "10.96.5.5 IPv4 SingleStack 30500",
  ],
  [
    "of a load balancer gets node ports once they are wanted",
    { ...onlyFirst, type: "LoadBalancer", allocateLoadBalancerNodePorts: false },
    { ...onlyFirst, type: "LoadBalancer", allocateLoadBalancerNodePorts: true },
    "10.96.5.5 IPv4 SingleStack 30086",
  ],
  [
    "keeps what it leaves out",
    held,
    { type: "NodePort", ports: [{ name: "http", port: 80 }] },
    "10.96.5.5 IPv4 SingleStack 30500",
  ],
  [
    "keeps its node port by name when the port changes",
    held,
    { type: "NodePort", ports: [{ name: "http", port: 81 }] },
    "10.96.5.5 IPv4 SingleStack 30500",
  ],
  [
    "gets a node port for a new port",
    held,
    {
      type: "NodePort",
      ports: [
        { name: "http", port: 80 },
        { name: "b", port: 81 },
      ],
    },
    "10.96.5.5 IPv4 SingleStack 30500,30086",
  ],
  [
    "moves to another node port",
    held,
    { type: "NodePort", ports: [{ name: "http", port: 80, nodePort: 30_501 }] },
    "10.96.5.5 IPv4 SingleStack 30501",
  ],
  [
    "gives up node ports that it leaves as they were",
    held,
    { ...held, type: "ClusterIP" },
    "10.96.5.5 IPv4 SingleStack -",
  ],
  [
    "keeps both as a load balancer",
    held,
    { type: "LoadBalancer", ports: [{ name: "http", port: 80 }] },
    "10.96.5.5 IPv4 SingleStack 30500",
  ],
  [
    "gives up its address as an ExternalName",
    held,
    { ...held, type: "ExternalName", externalName: "example.com" },
    "- - - -",
  ],
  [
    "gets an address when it stops being an ExternalName",
    { type: "ExternalName", externalName: "example.com" },
    { ports: [http] },
    "10.96.1.1 IPv4 SingleStack -",
  ],
  [
    "stays headless",
    {
      clusterIP: "None",
      clusterIPs: ["None"],
      selector: { a: "b" },
      ipFamilies: ["IPv4"],
      ipFamilyPolicy: "SingleStack",
      ports: [http],
    },
    { selector: { a: "c" }, ports: [http] },
    "None IPv4 SingleStack -",
  ],
  [
    "keeps a node port outside of a range that was narrowed",
    { ...held, ports: [{ name: "http", port: 80, nodePort: 17_001 }] },
    { type: "NodePort", ports: [{ name: "http", port: 80 }] },
    "10.96.5.5 IPv4 SingleStack 17001",
  ],
];
for (const [name, before, after, expected] of updated) {
  test(`an updated Service ${name}`, () => {
    const old = service(before);
    assert.equal(outcome(carryOver(service(after), old), old, taken), expected);
  });
}
