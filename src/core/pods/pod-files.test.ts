import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PodSpec } from "#api/core/pod/spec.ts";
import { hostnameOf, hostsFile, type NetworkFacts, readResolvConf, resolvConf } from "./pod-files.ts";
import { podOf } from "./specimens.ts";

const host = "nameserver 192.0.2.53\nsearch corp.example\noptions edns0\n";
const facts: NetworkFacts = {
  clusterDomain: "cluster.local",
  clusterDns: ["10.96.0.10"],
  host: readResolvConf(host),
  hostname: "machine",
  addresses: ["10.244.0.5", "fd00::5"],
};
const cluster =
  "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example\nnameserver 10.96.0.10\noptions ndots:5\n";
const machine = "search corp.example\nnameserver 192.0.2.53\noptions edns0\n";
const own = {
  nameservers: ["198.51.100.1"],
  searches: ["own.example"],
  options: [{ name: "ndots", value: "2" }, { name: "debug" }],
};

describe("resolv.conf", () => {
  const rows: readonly (readonly [string, Partial<PodSpec>, string])[] = [
    ["ClusterFirst", { dnsPolicy: "ClusterFirst" }, cluster],
    ["ClusterFirst, hostNetwork", { dnsPolicy: "ClusterFirst", hostNetwork: true }, machine],
    ["ClusterFirstWithHostNet", { dnsPolicy: "ClusterFirstWithHostNet" }, cluster],
    ["ClusterFirstWithHostNet, hostNetwork", { dnsPolicy: "ClusterFirstWithHostNet", hostNetwork: true }, cluster],
    ["Default", { dnsPolicy: "Default" }, machine],
    ["Default, hostNetwork", { dnsPolicy: "Default", hostNetwork: true }, machine],
    ["None", { dnsPolicy: "None" }, ""],
    ["None, hostNetwork", { dnsPolicy: "None", hostNetwork: true }, ""],
    [
      "None with dnsConfig",
      { dnsPolicy: "None", dnsConfig: own },
      "search own.example\nnameserver 198.51.100.1\noptions ndots:2 debug\n",
    ],
    [
      "ClusterFirst with dnsConfig",
      { dnsConfig: own },
      "search shop.svc.cluster.local svc.cluster.local cluster.local corp.example own.example\n" +
        "nameserver 10.96.0.10\nnameserver 198.51.100.1\noptions ndots:2 debug\n",
    ],
    [
      "more servers than resolvers read",
      {
        dnsPolicy: "None",
        dnsConfig: { nameservers: ["192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3", "192.0.2.4"] },
      },
      "nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n",
    ],
  ];
  for (const [name, spec, text] of rows) test(name, () => assert.equal(resolvConf(podOf({ spec }), facts), text));
});

describe("the machine's own resolv.conf", () => {
  const rows = [
    ["a usual one", host, { nameservers: ["192.0.2.53"], searches: ["corp.example"], options: ["edns0"] }],
    [
      "with remarks",
      "# first\nnameserver 192.0.2.1 ; second\n",
      { nameservers: ["192.0.2.1"], searches: [], options: [] },
    ],
    [
      "where the last search counts",
      "search a b\nsearch c\ndomain d\n",
      { nameservers: [], searches: ["c"], options: [] },
    ],
    ["with a domain alone", "domain d.example\n", { nameservers: [], searches: ["d.example"], options: [] }],
    [
      "with options on several lines",
      "options a b\noptions c\n",
      { nameservers: [], searches: [], options: ["a", "b", "c"] },
    ],
    ["an empty one", "", { nameservers: [], searches: [], options: [] }],
  ] as const;
  for (const [name, text, settings] of rows) test(name, () => assert.deepEqual(readResolvConf(text), settings));
});

describe("hosts", () => {
  const fixed = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    "fe00::0\tip6-localnet",
    "fe00::0\tip6-mcastprefix",
    "fe00::1\tip6-allnodes",
    "fe00::2\tip6-allrouters",
  ];
  const rows: readonly (readonly [string, Partial<PodSpec>, readonly string[]])[] = [
    ["of a pod", {}, ["10.244.0.5\tweb-0", "fd00::5\tweb-0"]],
    [
      "of a pod with a subdomain",
      { hostname: "first", subdomain: "db" },
      ["10.244.0.5\tfirst.db.shop.svc.cluster.local\tfirst", "fd00::5\tfirst.db.shop.svc.cluster.local\tfirst"],
    ],
    [
      "with aliases",
      { hostAliases: [{ ip: "192.0.2.9", hostnames: ["a.example", "b.example"] }] },
      ["10.244.0.5\tweb-0", "fd00::5\tweb-0", "", "# Entries added by HostAliases.", "192.0.2.9\ta.example\tb.example"],
    ],
  ];
  for (const [name, spec, lines] of rows)
    test(name, () => assert.equal(hostsFile(podOf({ spec }), facts), `${[...fixed, ...lines].join("\n")}\n`));
});

describe("host names", () => {
  const long = `${"a".repeat(62)}.${"b".repeat(20)}`;
  const rows: readonly (readonly [string, Partial<PodSpec>, string])[] = [
    ["the pod's name", {}, "web-0"],
    ["its hostname", { hostname: "first" }, "first"],
    ["cut where Linux would refuse it, not at a dot", { hostname: long }, "a".repeat(62)],
  ];
  for (const [name, spec, expected] of rows) test(name, () => assert.equal(hostnameOf(podOf({ spec })), expected));
});
