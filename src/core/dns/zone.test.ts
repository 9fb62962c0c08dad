import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { answer } from "./answer.ts";
import { type HostPod, hostPortNames } from "./host-port-names.ts";
import { TYPE } from "./record.ts";
import { type NamedService, type NamedSlice, serviceNames } from "./service-names.ts";
import { rcodeName, showRecord } from "./specimens.ts";
import { Zone } from "./zone.ts";

const DOMAIN = "cluster.local.";
const CIDRS = ["10.96.0.0/12", "10.244.0.0/16", "fd00:10:96::/108", "fd00:10:244::/56"].map(mustCidr);

interface Exposed {
  readonly service: NamedService;
  readonly slices?: readonly NamedSlice[];
}
function zoneOf(exposed: readonly Exposed[]): Zone {
  const zone = new Zone({ domain: DOMAIN, cidrs: CIDRS, nameServers: [mustIp("10.96.0.10")] });
  for (const { service, slices = [] } of exposed)
    zone.replace(`${service.metadata.namespace}/${service.metadata.name}`, serviceNames(service, slices, DOMAIN));
  return zone;
}

/** The answer as `dig` tells it: the status, and a line a record; `;` before what stands in the authority or additional section. */
function ask(zone: Zone, name: string, type: keyof typeof TYPE, turn = 0): readonly string[] {
  const told = answer(zone, { name, type: TYPE[type] }, turn);
  switch (told.kind) {
    case "complete": {
      const { rcode, answers, authorities, additionals } = told.content;
      return [
        rcodeName(rcode),
        ...answers.map(showRecord),
        ...[...authorities, ...additionals].map((it) => `; ${showRecord(it)}`),
      ];
    }
    case "leads out":
      return ["leads out", ...told.aliases.map(showRecord), told.target];
    case "not ours":
      return ["not ours"];
  }
}

const service = (name: string, spec: Partial<NamedService["spec"]>): NamedService => ({
  metadata: { name, namespace: "shop" },
  spec: { type: "ClusterIP", ...spec },
});
const clusterIp = (name: string, ips: readonly string[], ports: NamedService["spec"]["ports"] = []): Exposed => ({
  service: service(name, { clusterIP: ips[0] ?? "", clusterIPs: ips, ports }),
});
const ready = (addresses: readonly string[], hostname?: string): NamedSlice["endpoints"][number] => ({
  addresses,
  conditions: { ready: true },
  ...(hostname === undefined ? {} : { hostname }),
});
const slice = (endpoints: NamedSlice["endpoints"], fields: Partial<NamedSlice> = {}): NamedSlice => ({
  addressType: "IPv4",
  endpoints,
  ports: [{ name: "sql", protocol: "TCP", port: 5432 }],
  ...fields,
});
const headless = (name: string, slices: readonly NamedSlice[]): Exposed => ({
  service: service(name, { clusterIP: "None", clusterIPs: ["None"] }),
  slices,
});

const zone = zoneOf([
  clusterIp(
    "web",
    ["10.96.0.17"],
    [
      { name: "http", protocol: "TCP", port: 80 },
      { name: "quic", protocol: "UDP", port: 443 },
    ],
  ),
  clusterIp("plain", ["10.96.0.18"], [{ protocol: "TCP", port: 80 }]),
  clusterIp("dual", ["10.96.0.19", "fd00:10:96::19"]),
  headless("db", [
    slice([
      ready(["10.244.0.5"], "db-0"),
      ready(["10.244.0.6"]),
      { addresses: ["10.244.0.7"], conditions: { ready: false }, hostname: "db-2" },
      { addresses: ["10.244.0.8"], conditions: {}, hostname: "db-3" },
    ]),
    slice([ready(["10.244.0.5"], "db-0")]),
  ]),
  headless("both", [
    slice([ready(["10.244.1.5"], "a")]),
    slice([ready(["fd00:10:244::5"], "a"), ready(["fd00:10:244::6"])], { addressType: "IPv6" }),
  ]),
  headless("empty", []),
  headless("starting", [slice([{ addresses: ["10.244.0.9"], conditions: { ready: false } }])]),
  headless("twin", [slice([ready(["10.244.0.5"], "db-0")], { ports: [] })]),
  headless("foreign", [slice([ready(["192.0.2.9"], "far")])]),
  { service: service("outside", { type: "ExternalName", externalName: "DB.example.com" }) },
  { service: service("alias", { type: "ExternalName", externalName: "web.shop.svc.cluster.local" }) },
  { service: service("nowhere", { type: "ExternalName", externalName: "gone.shop.svc.cluster.local." }) },
  { service: service("circle", { type: "ExternalName", externalName: "circle.shop.svc.cluster.local" }) },
]);

const soa = (apex = DOMAIN) => `; ${apex} 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5`;
const [nodata, nxdomain] = [
  ["NOERROR", soa()],
  ["NXDOMAIN", soa()],
];
const svc = "shop.svc.cluster.local.";

const table: readonly (readonly [name: string, type: keyof typeof TYPE, answer: readonly string[]])[] = [
  // The specification's version and the apex.
  ["dns-version.cluster.local.", "TXT", ["NOERROR", 'dns-version.cluster.local. 5 IN TXT "1.1.0"']],
  ["dns-version.cluster.local.", "A", nodata],
  ["cluster.local.", "SOA", ["NOERROR", soa().slice(2)]],
  ["cluster.local.", "NS", ["NOERROR", "cluster.local. 5 IN NS ns.dns.cluster.local."]],
  ["ns.dns.cluster.local.", "A", ["NOERROR", "ns.dns.cluster.local. 5 IN A 10.96.0.10"]],
  ["cluster.local.", "A", nodata],
  ["local.", "A", ["not ours"]],
  ["notcluster.local.", "A", ["not ours"]],
  ["a\\046cluster.local.", "A", ["not ours"]],
  // Names that are there because others stand below them.
  ["svc.cluster.local.", "A", nodata],
  [svc, "A", nodata],
  ["default.svc.cluster.local.", "A", nxdomain],
  ["pod.cluster.local.", "A", nodata],
  ["shop.pod.cluster.local.", "A", nodata],
  ["hostport.cluster.local.", "A", nodata],
  [`_tcp.web.${svc}`, "SRV", nodata],
  [`_udp.web.${svc}`, "A", nodata],
  [`_udp.plain.${svc}`, "A", nxdomain],
  // Cluster IPs.
  [`web.${svc}`, "A", ["NOERROR", `web.${svc} 5 IN A 10.96.0.17`]],
  [`web.${svc}`, "AAAA", nodata],
  [`web.${svc}`, "HTTPS", nodata],
  [`web.${svc}`, "ANY", ["NOERROR", `web.${svc} 5 IN HINFO "RFC8482" ""`]],
  [`nix.${svc}`, "ANY", nxdomain],
  [`dual.${svc}`, "A", ["NOERROR", `dual.${svc} 5 IN A 10.96.0.19`]],
  [`dual.${svc}`, "AAAA", ["NOERROR", `dual.${svc} 5 IN AAAA fd00:10:96::19`]],
  [`nix.${svc}`, "A", nxdomain],
  [`x.web.${svc}`, "A", nxdomain],
  ["web.other.svc.cluster.local.", "A", nxdomain],
  ["WEB.Shop.SVC.cluster.local.", "A", ["NOERROR", "WEB.Shop.SVC.cluster.local. 5 IN A 10.96.0.17"]],
  // Ports.
  [
    `_http._tcp.web.${svc}`,
    "SRV",
    ["NOERROR", `_http._tcp.web.${svc} 5 IN SRV 0 100 80 web.${svc}`, `; web.${svc} 5 IN A 10.96.0.17`],
  ],
  [
    `_quic._udp.web.${svc}`,
    "SRV",
    ["NOERROR", `_quic._udp.web.${svc} 5 IN SRV 0 100 443 web.${svc}`, `; web.${svc} 5 IN A 10.96.0.17`],
  ],
  [`_http._tcp.web.${svc}`, "A", nodata],
  [`_http._udp.web.${svc}`, "SRV", nxdomain],
  [`_http._tcp.plain.${svc}`, "SRV", nxdomain],
  // Headless: an address for each ready endpoint.
  [
    `db.${svc}`,
    "A",
    ["NOERROR", `db.${svc} 5 IN A 10.244.0.5`, `db.${svc} 5 IN A 10.244.0.6`, `db.${svc} 5 IN A 10.244.0.8`],
  ],
  [`db.${svc}`, "AAAA", nodata],
  [`db-0.db.${svc}`, "A", ["NOERROR", `db-0.db.${svc} 5 IN A 10.244.0.5`]],
  [`10-244-0-6.db.${svc}`, "A", ["NOERROR", `10-244-0-6.db.${svc} 5 IN A 10.244.0.6`]],
  [`db-2.db.${svc}`, "A", nxdomain],
  [`10-244-0-5.db.${svc}`, "A", nxdomain],
  [
    `_sql._tcp.db.${svc}`,
    "SRV",
    [
      "NOERROR",
      `_sql._tcp.db.${svc} 5 IN SRV 0 100 5432 db-0.db.${svc}`,
      `_sql._tcp.db.${svc} 5 IN SRV 0 100 5432 10-244-0-6.db.${svc}`,
      `_sql._tcp.db.${svc} 5 IN SRV 0 100 5432 db-3.db.${svc}`,
      `; db-0.db.${svc} 5 IN A 10.244.0.5`,
      `; 10-244-0-6.db.${svc} 5 IN A 10.244.0.6`,
      `; db-3.db.${svc} 5 IN A 10.244.0.8`,
    ],
  ],
  [`a.both.${svc}`, "A", ["NOERROR", `a.both.${svc} 5 IN A 10.244.1.5`]],
  [`a.both.${svc}`, "AAAA", ["NOERROR", `a.both.${svc} 5 IN AAAA fd00:10:244::5`]],
  [`fd00-10-244--6.both.${svc}`, "AAAA", ["NOERROR", `fd00-10-244--6.both.${svc} 5 IN AAAA fd00:10:244::6`]],
  [`empty.${svc}`, "A", nxdomain],
  [`starting.${svc}`, "A", nxdomain],
  // Names of somebody else.
  [`outside.${svc}`, "A", ["leads out", `outside.${svc} 5 IN CNAME db.example.com.`, "db.example.com."]],
  [`outside.${svc}`, "CNAME", ["NOERROR", `outside.${svc} 5 IN CNAME db.example.com.`]],
  [`alias.${svc}`, "A", ["NOERROR", `alias.${svc} 5 IN CNAME web.${svc}`, `web.${svc} 5 IN A 10.96.0.17`]],
  [`alias.${svc}`, "AAAA", ["NOERROR", `alias.${svc} 5 IN CNAME web.${svc}`, soa()]],
  [`nowhere.${svc}`, "A", ["NXDOMAIN", `nowhere.${svc} 5 IN CNAME gone.${svc}`, soa()]],
  [`circle.${svc}`, "A", ["SERVFAIL"]],
  // Pods, by address.
  ["10-244-0-5.shop.pod.cluster.local.", "A", ["NOERROR", "10-244-0-5.shop.pod.cluster.local. 5 IN A 10.244.0.5"]],
  ["10-244-0-5.shop.pod.cluster.local.", "AAAA", nodata],
  [
    "fd00-10-244--5.shop.pod.cluster.local.",
    "AAAA",
    ["NOERROR", "fd00-10-244--5.shop.pod.cluster.local. 5 IN AAAA fd00:10:244::5"],
  ],
  ["192-0-2-1.shop.pod.cluster.local.", "A", nxdomain],
  ["10-244-0-256.shop.pod.cluster.local.", "A", nxdomain],
  ["x.10-244-0-5.shop.pod.cluster.local.", "A", nxdomain],
  // Addresses to names.
  ["17.0.96.10.in-addr.arpa.", "PTR", ["NOERROR", `17.0.96.10.in-addr.arpa. 5 IN PTR web.${svc}`]],
  ["17.0.96.10.in-addr.arpa.", "A", ["NOERROR", soa("96.10.in-addr.arpa.")]],
  [
    "5.0.244.10.in-addr.arpa.",
    "PTR",
    [
      "NOERROR",
      `5.0.244.10.in-addr.arpa. 5 IN PTR db-0.db.${svc}`,
      `5.0.244.10.in-addr.arpa. 5 IN PTR db-0.twin.${svc}`,
    ],
  ],
  ["7.0.244.10.in-addr.arpa.", "PTR", ["NXDOMAIN", soa("244.10.in-addr.arpa.")]],
  ["99.0.97.10.in-addr.arpa.", "PTR", ["NXDOMAIN", soa("97.10.in-addr.arpa.")]],
  ["0.96.10.in-addr.arpa.", "PTR", ["NOERROR", soa("96.10.in-addr.arpa.")]],
  ["96.10.in-addr.arpa.", "SOA", ["NOERROR", soa("96.10.in-addr.arpa.").slice(2)]],
  ["1.17.0.96.10.in-addr.arpa.", "PTR", ["NXDOMAIN", soa("96.10.in-addr.arpa.")]],
  ["10.in-addr.arpa.", "PTR", ["not ours"]],
  ["9.2.0.192.in-addr.arpa.", "PTR", ["not ours"]],
  ["01.0.96.10.in-addr.arpa.", "PTR", ["not ours"]],
  [
    "9.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa.",
    "PTR",
    ["NOERROR", `9.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa. 5 IN PTR dual.${svc}`],
  ],
  ["8.b.d.0.1.0.0.2.ip6.arpa.", "PTR", ["not ours"]],
];

for (const [name, type, expected] of table) {
  test(`${name} ${type} is ${expected[0]}`, () => assert.deepEqual(ask(zone, name, type), expected));
}

test("addresses take turns at being first", () => {
  const firsts = [0, 1, 2, 3].map((turn) => ask(zone, `db.${svc}`, "A", turn)[1]);
  assert.deepEqual(
    firsts,
    ["10.244.0.5", "10.244.0.6", "10.244.0.8", "10.244.0.5"].map((ip) => `db.${svc} 5 IN A ${ip}`),
  );
});

test("a Service's change takes its old names away and leaves the others", () => {
  const changing = zoneOf([
    clusterIp("web", ["10.96.0.17"], [{ name: "http", protocol: "TCP", port: 80 }]),
    clusterIp("other", ["10.96.0.18"]),
  ]);
  const before = changing.version;
  changing.replace("shop/web", serviceNames(clusterIp("web", ["10.96.0.20"]).service, [], DOMAIN));
  assert.ok(changing.version > before);
  assert.deepEqual(ask(changing, `web.${svc}`, "A"), ["NOERROR", `web.${svc} 5 IN A 10.96.0.20`]);
  assert.deepEqual(ask(changing, `_http._tcp.web.${svc}`, "SRV"), nxdomain);
  assert.equal(ask(changing, "17.0.96.10.in-addr.arpa.", "PTR")[0], "NXDOMAIN");
  assert.deepEqual(ask(changing, `other.${svc}`, "A"), ["NOERROR", `other.${svc} 5 IN A 10.96.0.18`]);
});

test("the last Service takes its namespace's name along", () => {
  const emptied = zoneOf([clusterIp("web", ["10.96.0.17"])]);
  emptied.replace("shop/web", undefined);
  assert.deepEqual(ask(emptied, svc, "A"), nxdomain);
  emptied.replace("shop/web", undefined);
  assert.deepEqual(ask(emptied, svc, "A"), nxdomain);
});

test("a pod keeps the names that other Services give its address", () => {
  const shared = zoneOf([
    headless("one", [slice([ready(["10.244.0.5"], "a")])]),
    headless("two", [slice([ready(["10.244.0.5"], "b")])]),
  ]);
  shared.replace("shop/one", undefined);
  assert.deepEqual(ask(shared, "5.0.244.10.in-addr.arpa.", "PTR"), [
    "NOERROR",
    `5.0.244.10.in-addr.arpa. 5 IN PTR b.two.${svc}`,
  ]);
});

test("no Service can stand in another's place", () => {
  const honest = clusterIp("kubernetes", ["10.96.0.1"]);
  for (const name of ["svc.cluster", "a.kubernetes", "*", "kubernetes.shop", ""]) {
    const rivals = zoneOf([honest, clusterIp(name, ["10.96.6.66"])]);
    assert.deepEqual(ask(rivals, `kubernetes.${svc}`, "A"), ["NOERROR", `kubernetes.${svc} 5 IN A 10.96.0.1`]);
    assert.equal(ask(rivals, "66.6.96.10.in-addr.arpa.", "PTR")[0], "NXDOMAIN");
  }
});

test("a target that can't be a name gives none", () => {
  for (const externalName of ["", "a..b", "spaces here", `${"x".repeat(64)}.com`]) {
    const broken = zoneOf([{ service: service("bad", { type: "ExternalName", externalName }) }]);
    assert.deepEqual(ask(broken, `bad.${svc}`, "A"), nxdomain);
  }
});

test("a pod with host ports has the addresses of its node, wherever that is", () => {
  const moving = zoneOf([]);
  const name = "influxdb.shop.hostport.cluster.local.";
  const show = (pod: HostPod) => moving.replace("influxdb", hostPortNames(pod, DOMAIN));
  show(hostPod({ hostIPs: [{ ip: "192.0.2.1" }] }));
  assert.deepEqual(ask(moving, name, "A"), ["NOERROR", `${name} 5 IN A 192.0.2.1`]);
  assert.deepEqual(ask(moving, name, "AAAA"), nodata);
  assert.deepEqual(ask(moving, "shop.hostport.cluster.local.", "A"), nodata);
  assert.deepEqual(ask(moving, "other.shop.hostport.cluster.local.", "A"), nxdomain);
  show(hostPod({ hostIPs: [{ ip: "192.0.2.2" }, { ip: "2001:db8::2" }] }));
  assert.deepEqual(ask(moving, name, "A"), ["NOERROR", `${name} 5 IN A 192.0.2.2`]);
  assert.deepEqual(ask(moving, name, "AAAA"), ["NOERROR", `${name} 5 IN AAAA 2001:db8::2`]);
  show(hostPod({ hostIPs: [{ ip: "192.0.2.2" }], phase: "Succeeded" }));
  assert.deepEqual(ask(moving, name, "A"), nxdomain);
  assert.deepEqual(ask(moving, "shop.hostport.cluster.local.", "A"), nxdomain);
});

test("who has no host port has no such name; on the node's own network it has one without", () => {
  const has = (spec: Partial<HostPod["spec"]>, hostPort?: number): boolean =>
    hostPortNames(hostPod({ hostIPs: [{ ip: "192.0.2.1" }] }, { spec, hostPort }), DOMAIN) !== undefined;
  assert.deepEqual([has({}), has({}, 80), has({ hostNetwork: true })], [false, true, true]);
});

interface HostWish {
  readonly spec?: Partial<HostPod["spec"]>;
  readonly hostPort?: number | undefined;
}
function hostPod(status: HostPod["status"], { spec = {}, hostPort }: HostWish = { hostPort: 8086 }): HostPod {
  const ports = [{ containerPort: 8086, protocol: "TCP", ...(hostPort !== undefined && { hostPort }) }] as const;
  return {
    metadata: { name: "influxdb", namespace: "shop" },
    status,
    spec: {
      containers: [
        { name: "influxdb", resources: {}, ports, terminationMessagePath: "", terminationMessagePolicy: "File" },
      ],
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      schedulerName: "default-scheduler",
      enableServiceLinks: true,
      ...spec,
    },
  };
}
