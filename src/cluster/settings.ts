import { resolve } from "node:path";
import { type ProxyMode, proxyModes } from "#daemons/proxy/kernel-rules.ts";
import type { Cidr } from "#net/cidr.ts";
import { type Ip, parseIp } from "#net/ip.ts";
import { type PortRange, parsePortRange } from "#net/port.ts";
import { type AuthenticationSettings, authenticationTable } from "./authentication-settings.ts";
import type { SettingRow } from "./setting-row.ts";
import {
  blocksFrom,
  type NodeLabel,
  parseBlocks,
  parseCount,
  parseGrace,
  parseNodeLabels,
  parsePort,
  showBlocks,
} from "./setting-values.ts";

/** What a cluster is asked to be; the same names as the flags of `up`, the lines of config.yaml and the variables. */
export interface Settings extends AuthenticationSettings {
  readonly "data-dir": string;
  readonly "api-port": number;
  readonly "bind-address": Ip;
  /** One block a family; the first is of the family that Services have where they don't ask for another. */
  readonly "cluster-cidr": readonly Cidr[];
  /** Of the same families, in the same order. */
  readonly "service-cluster-ip-range": readonly Cidr[];
  readonly "service-node-port-range": PortRange;
  readonly "cluster-domain": string;
  readonly "node-labels": readonly NodeLabel[];
  readonly "kubernetes-version": string;
  /** "": the built-in catalogue alone. */
  readonly images: string;
  readonly nodes: number;
  readonly "proxy-mode": ProxyMode;
  readonly runtime: "process";
  /** Of the machine's addresses those in these blocks serve node ports and host ports. */
  readonly "nodeport-addresses": readonly Cidr[];
  /** Empty: a block that follows from the data folder. */
  readonly "load-balancer-pool": readonly Cidr[];
  /** Whether this machine is to know the hosts of Ingresses too. */
  readonly "host-dns": boolean;
  /** Whether the API answers `/api/v1/proxy/…`, which Kubernetes removed in 1.10. */
  readonly "legacy-proxy-paths": boolean;
  /** Seconds. */
  readonly "node-monitor-grace-period": number;
  /** "": nothing is audited. */
  readonly "audit-policy-file": string;
  /** `-`: standard output. */
  readonly "audit-log-path": string;
  /** MiB. */
  readonly "audit-log-maxsize": number;
  readonly "audit-log-maxbackup": number;
  /** Requests of the API that are worked on at once; 0: as many as there are. */
  readonly "max-requests-inflight": number;
  readonly "max-mutating-requests-inflight": number;
  /** 0: links to Services are not served. */
  readonly "share-port": number;
  /** Nothing yet: there are no gates. */
  readonly "feature-gates": "";
  /** How much the logs tell: 0 to 10. */
  readonly v: number;
}
export type SettingName = keyof Settings;

/** One row a setting: parser, `--help` and the reference page come from here. */
export interface Setting<T = unknown> extends SettingRow<SettingName, T> {}

/** As many as the addresses of the private LAN are for. */
const mostNodes = 100;

export const variableOf = ({ name }: Pick<Setting, "name">): string =>
  `PORTOLAN_${name.toUpperCase().replaceAll("-", "_")}`;

type Table = { readonly [K in SettingName]: Setting<Settings[K]> };
export const settingsTable: Table = {
  "data-dir": {
    name: "data-dir",
    fallback: "/var/lib/portolan",
    placeholder: "DIR",
    doc: "folder of the cluster's data; it alone names the cluster",
    parse: (text) => (text.startsWith("/") ? text.replace(/\/+$/, "") || undefined : undefined),
    expected: "an absolute path",
  },
  nodes: {
    name: "nodes",
    fallback: "1",
    placeholder: "N",
    doc: "number of nodes: 1 is this machine itself; more are network namespaces on a private LAN that this machine reaches",
    parse: (text) => (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= mostNodes ? Number(text) : undefined),
    expected: `a number from 1 to ${mostNodes}`,
  },
  "api-port": {
    name: "api-port",
    fallback: "6443",
    placeholder: "PORT",
    doc: "port of the Kubernetes API",
    parse: parsePort,
    expected: "a port from 1 to 65535",
  },
  "bind-address": {
    name: "bind-address",
    fallback: "127.0.0.1",
    placeholder: "IP",
    doc: "where clients from outside may come in; the node's own address is always served too",
    parse: parseIp,
    expected: "an IP address",
  },
  "cluster-cidr": {
    name: "cluster-cidr",
    fallback: "10.244.0.0/16",
    placeholder: "CIDR",
    doc: "addresses of pods: a block, or one a family (10.244.0.0/16,fd00:10:244::/56)",
    parse: (text) => blocksFrom(text, { IPv4: { from: 8, to: 24 }, IPv6: { from: 16, to: 112 } }),
    expected: "a block of /24 or more, such as 10.244.0.0/16, or one a family: 10.244.0.0/16,fd00:10:244::/56",
    toNode: showBlocks,
  },
  "service-cluster-ip-range": {
    name: "service-cluster-ip-range",
    fallback: "10.96.0.0/12",
    placeholder: "CIDR",
    doc: "addresses of Services: a block, or one a family; the first address is the API's, the tenth the cluster's DNS",
    parse: (text) => blocksFrom(text, { IPv4: { from: 8, to: 28 }, IPv6: { from: 16, to: 124 } }),
    expected: "a block of /28 or more, such as 10.96.0.0/12, or one a family: 10.96.0.0/12,fd00:10:96::/112",
    toNode: showBlocks,
  },
  "service-node-port-range": {
    name: "service-node-port-range",
    fallback: "30000-32767",
    placeholder: "FROM-TO",
    doc: "ports that Services of type NodePort may take on the node",
    parse: parsePortRange,
    expected: "a range of ports, such as 30000-32767",
  },
  "cluster-domain": {
    name: "cluster-domain",
    fallback: "cluster.local",
    placeholder: "NAME",
    doc: "the domain that the names of Services end with",
    parse: (text) =>
      /^(?=.{1,200}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text) ? text : undefined,
    expected: "a DNS name in lower case, such as cluster.local",
    toNode: String,
  },
  "node-labels": {
    name: "node-labels",
    fallback: "",
    placeholder: "node-1=KEY=VALUE,…",
    doc: "labels of nodes; KEY=VALUE alone is for every node",
    parse: parseNodeLabels,
    expected:
      "a list like node-1=topology.kubernetes.io/zone=a; of Kubernetes' own labels those that a node may give itself",
  },
  images: {
    name: "images",
    fallback: "",
    placeholder: "FILE",
    doc: "what image names mean, besides the built-in ones",
    parse: (text) => text,
    expected: "a file",
    toNode: (file) => (file === "" ? "" : resolve(file)),
  },
  "kubernetes-version": {
    name: "kubernetes-version",
    fallback: "v1.36.0",
    placeholder: "VERSION",
    doc: "the version that the API reports",
    parse: (text) => (/^v1\.\d{1,3}\.\d{1,3}$/.test(text) ? text : undefined),
    expected: "a version such as v1.36.0",
    toNode: String,
  },
  "proxy-mode": {
    name: "proxy-mode",
    fallback: "nftables",
    placeholder: "MODE",
    doc: "what programs the rules of Services: nftables or iptables",
    parse: (text) => proxyModes.find((mode) => mode === text),
    expected: "nftables or iptables",
    toNode: String,
  },
  runtime: {
    name: "runtime",
    fallback: "process",
    placeholder: "RUNTIME",
    doc: "what runs containers: process",
    parse: (text) => (text === "process" ? text : undefined),
    expected: "process: this version has no other runtime",
    toNode: String,
  },
  "nodeport-addresses": {
    name: "nodeport-addresses",
    fallback: "0.0.0.0/0,::/0",
    placeholder: "CIDR,…",
    doc: "which of a node's addresses serve node ports: those in these blocks",
    parse: parseBlocks,
    expected: "a list of blocks such as 192.168.0.0/16,fd00::/8",
    toNode: showBlocks,
  },
  "load-balancer-pool": {
    name: "load-balancer-pool",
    fallback: "",
    placeholder: "CIDR",
    doc: "addresses of load balancers: blocks; where none is given, one that this machine reaches",
    parse: parseBlocks,
    expected: "a list of blocks such as 172.30.0.128/25",
  },
  "host-dns": {
    name: "host-dns",
    fallback: "false",
    placeholder: "",
    doc: "let this machine know the hosts of Ingresses too, by lines of /etc/hosts; down takes them away",
    parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
    expected: "true or false",
    isSwitch: true,
  },
  "legacy-proxy-paths": {
    name: "legacy-proxy-paths",
    fallback: "true",
    placeholder: "BOOL",
    doc: "serve the API's proxies under /api/v1/proxy/… too, which Kubernetes removed in 1.10",
    parse: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
    expected: "true or false",
  },
  "node-monitor-grace-period": {
    name: "node-monitor-grace-period",
    fallback: "40s",
    placeholder: "DURATION",
    doc: "how long a node may be silent before it is NotReady; agents tell of themselves every 10 s",
    parse: parseGrace,
    expected: "a time from 15s to 60m, such as 40s or 2m",
  },
  ...authenticationTable,
  "audit-policy-file": {
    name: "audit-policy-file",
    fallback: "",
    placeholder: "FILE",
    doc: "a Policy of audit.k8s.io/v1: what the audit log tells of requests; without one there is no audit log",
    parse: (text) => text,
    expected: "a file",
  },
  "audit-log-path": {
    name: "audit-log-path",
    fallback: "",
    placeholder: "FILE",
    doc: "the audit log, a line of JSON an event; - is standard output",
    parse: (text) => text,
    expected: "a file, or -",
  },
  "audit-log-maxsize": {
    name: "audit-log-maxsize",
    fallback: "100",
    placeholder: "MIB",
    doc: "how large the audit log may be, in MiB, before it is put aside and another begun",
    parse: (text) => parseCount(text) || undefined,
    expected: "a number from 1 to 100000",
  },
  "audit-log-maxbackup": {
    name: "audit-log-maxbackup",
    fallback: "10",
    placeholder: "N",
    doc: "how many audit logs that were put aside are kept; 0: all",
    parse: parseCount,
    expected: "a number from 0 to 100000",
  },
  "max-requests-inflight": {
    name: "max-requests-inflight",
    fallback: "400",
    placeholder: "N",
    doc: "how many requests that read the API works on at once, shared among users; watches don't count; 0 is no bound",
    parse: parseCount,
    expected: "a number from 0 to 100000",
  },
  "max-mutating-requests-inflight": {
    name: "max-mutating-requests-inflight",
    fallback: "200",
    placeholder: "N",
    doc: "the same for requests that write",
    parse: parseCount,
    expected: "a number from 0 to 100000",
  },
  "share-port": {
    name: "share-port",
    fallback: "6480",
    placeholder: "PORT",
    doc: "port at which the links of `portolan share` are served, once there is one; 0: nowhere",
    parse: (text) => (text === "0" ? 0 : parsePort(text)),
    expected: "a port from 1 to 65535, or 0",
  },
  "feature-gates": {
    name: "feature-gates",
    fallback: "",
    placeholder: "NAME=true,…",
    doc: "features to switch on or off; this version has none that can be",
    parse: (text) => (text === "" ? text : undefined),
    expected: "empty: this version has no feature gates",
  },
  v: {
    name: "v",
    fallback: "0",
    placeholder: "N",
    doc: "how much the logs tell, 0 to 10",
    parse: (text) => (/^(\d|10)$/.test(text) ? Number(text) : undefined),
    expected: "a number from 0 to 10",
    toNode: String,
  },
};

/** The block of the family that Services have where they don't ask for another. */
export function primaryServiceRange(settings: Pick<Settings, "service-cluster-ip-range">): Cidr {
  const [first] = settings["service-cluster-ip-range"];
  if (first === undefined) throw new RangeError("a cluster has a range of service addresses");
  return first;
}

/** A setting that can't be read: where it was given, and what was expected there. */
export class SettingInvalid extends Error {
  readonly code = "SettingInvalid";
  readonly where: string;
  readonly fix: string;
  constructor(setting: Setting, given: Given) {
    super(`${given.from}: ${JSON.stringify(given.text)} is not ${setting.expected}`);
    this.where = given.from;
    this.fix = `give ${setting.expected}`;
  }
}

/** A text and where it comes from: `--api-port`, `PORTOLAN_API_PORT`, `config.yaml: api-port`. */
export interface Given {
  readonly text: string;
  readonly from: string;
}

/** What a cluster is asked to be, and who said what. */
export interface Asked {
  readonly settings: Settings;
  /** `server`: without any node, for machines that join by themselves. */
  readonly role: "cluster" | "server";
  /** By flags and variables. */
  readonly given: ReadonlyMap<string, Given>;
  /** By the cluster's own file. */
  readonly lines: ReadonlyMap<string, Given>;
}

/** Reads every setting; what isn't given has its default. Throws `SettingInvalid`. */
export function readSettings(given: ReadonlyMap<string, Given>): Settings {
  const read = <T>(setting: Setting<T>): T => {
    const one = given.get(setting.name) ?? { text: setting.fallback, from: `the default of --${setting.name}` };
    const value = setting.parse(one.text);
    if (value === undefined) throw new SettingInvalid(setting, one);
    return value;
  };
  const table = settingsTable;
  return {
    "data-dir": read(table["data-dir"]),
    nodes: read(table.nodes),
    "api-port": read(table["api-port"]),
    "bind-address": read(table["bind-address"]),
    "cluster-cidr": read(table["cluster-cidr"]),
    "service-cluster-ip-range": read(table["service-cluster-ip-range"]),
    "service-node-port-range": read(table["service-node-port-range"]),
    "cluster-domain": read(table["cluster-domain"]),
    "node-labels": read(table["node-labels"]),
    images: read(table.images),
    "kubernetes-version": read(table["kubernetes-version"]),
    "proxy-mode": read(table["proxy-mode"]),
    runtime: read(table.runtime),
    "nodeport-addresses": read(table["nodeport-addresses"]),
    "load-balancer-pool": read(table["load-balancer-pool"]),
    "host-dns": read(table["host-dns"]),
    "legacy-proxy-paths": read(table["legacy-proxy-paths"]),
    "node-monitor-grace-period": read(table["node-monitor-grace-period"]),
    "service-account-issuer": read(table["service-account-issuer"]),
    "service-account-jwks-uri": read(table["service-account-jwks-uri"]),
    "api-audiences": read(table["api-audiences"]),
    "oidc-issuer-url": read(table["oidc-issuer-url"]),
    "oidc-client-id": read(table["oidc-client-id"]),
    "oidc-username-claim": read(table["oidc-username-claim"]),
    "oidc-username-prefix": read(table["oidc-username-prefix"]),
    "oidc-groups-claim": read(table["oidc-groups-claim"]),
    "oidc-groups-prefix": read(table["oidc-groups-prefix"]),
    "oidc-required-claim": read(table["oidc-required-claim"]),
    "oidc-ca-file": read(table["oidc-ca-file"]),
    "oidc-signing-algs": read(table["oidc-signing-algs"]),
    "audit-policy-file": read(table["audit-policy-file"]),
    "audit-log-path": read(table["audit-log-path"]),
    "audit-log-maxsize": read(table["audit-log-maxsize"]),
    "audit-log-maxbackup": read(table["audit-log-maxbackup"]),
    "max-requests-inflight": read(table["max-requests-inflight"]),
    "max-mutating-requests-inflight": read(table["max-mutating-requests-inflight"]),
    "share-port": read(table["share-port"]),
    "feature-gates": read(table["feature-gates"]),
    v: read(table.v),
  };
}
