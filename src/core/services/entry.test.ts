import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { explain } from "../reasons.ts";
import { entryOf } from "./entry.ts";
import { affinitySeconds } from "./frontends.ts";
import type { Frontend, ServiceEntry } from "./service-map.ts";
import { admittedAt } from "./sources.ts";

const facts = { nodeName: "node-1", zone: "a", families: ["IPv4", "IPv6"] } as const;

const assigned = { uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

interface Draft {
  readonly spec?: Partial<Service["spec"]>;
  readonly ingress?: Service["status"]["loadBalancer"]["ingress"];
  readonly labels?: Readonly<Record<string, string>>;
}

const service = ({ spec = {}, labels = {}, ingress }: Draft = {}): Service => ({
  metadata: { ...assigned, name: "web", namespace: "default", labels },
  spec: {
    type: "ClusterIP",
    sessionAffinity: "None",
    clusterIP: "10.96.0.20",
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
    ...spec,
  },
  status: { loadBalancer: ingress === undefined ? {} : { ingress } },
});

type SliceEndpoint = EndpointSlice["endpoints"][number];
const ready = (address: string, nodeName = "node-1"): SliceEndpoint => ({
  addresses: [address],
  nodeName,
  conditions: { ready: true },
});
const unready = (address: string, conditions: SliceEndpoint["conditions"]): SliceEndpoint => ({
  addresses: [address],
  nodeName: "node-1",
  conditions,
});
const slice = (endpoints: readonly SliceEndpoint[], more: Partial<EndpointSlice> = {}): EndpointSlice => ({
  metadata: { ...assigned, name: "web-1", namespace: "default" },
  addressType: "IPv4",
  ports: [{ name: "http", protocol: "TCP", port: 8080 }],
  endpoints,
  ...more,
});

/** `pod: 10.244.0.7:8080, hairpin`, a line for each case. */
const shown = ({ cases }: Frontend): readonly string[] =>
  cases.map(({ from, verdict, masquerade }) => {
    const to =
      verdict.kind === "forward" ? verdict.pool.members.map(({ ip, port }) => `${ip.text}:${port}`).join(" ") : "";
    return verdict.kind === "forward"
      ? `${from}: ${to}, ${masquerade}`
      : `${from}: ${verdict.kind}, ${verdict.because}`;
  });
const only = ({ frontends: [first, ...rest] }: ServiceEntry): Frontend => {
  assert.ok(first !== undefined && rest.length === 0);
  return first;
};
const leftOut = (frontend: Frontend): readonly string[] =>
  frontend.cases.flatMap(({ verdict }) =>
    verdict.kind === "forward"
      ? verdict.pool.leftOut.map(({ endpoint, because }) => `${endpoint.ip.text}: ${because}`)
      : [],
  );

suite("a Service has no frontends", () => {
  const rows = [
    ["of type ExternalName", { spec: { type: "ExternalName" } }, "ExternalName"],
    ["headless", { spec: { clusterIP: "None" } }, "Headless"],
    ["headless by label", { labels: { "service.kubernetes.io/headless": "" } }, "Headless"],
    ["another proxy's", { labels: { "service.kubernetes.io/service-proxy-name": "x" } }, "OtherProxy"],
    ["without an address yet", { spec: { clusterIP: "" } }, "NoClusterIP"],
  ] as const;
  for (const [name, draft, because] of rows)
    test(name, () => {
      const entry = entryOf(service(draft), [slice([ready("10.244.0.7")])], facts);
      assert.deepEqual([entry.frontends, entry.because], [[], because]);
      assert.ok(
        entry.addresses.every(({ ours }) => !ours),
        explain(because),
      );
    });
});

suite("endpoints of a ClusterIP", () => {
  test("are ordered by address, each once", () => {
    const twice = [slice([ready("10.244.0.10"), ready("10.244.0.9")]), slice([ready("10.244.0.9")])];
    assert.equal(shown(only(entryOf(service(), twice, facts)))[0], "pod: 10.244.0.9:8080 10.244.0.10:8080, hairpin");
  });
  test("have the port that their slice names", () => {
    const other = slice([ready("10.244.0.9")], { ports: [{ name: "http", protocol: "TCP", port: 9090 }] });
    const entry = entryOf(service(), [slice([ready("10.244.0.7")]), other], facts);
    assert.equal(shown(only(entry))[0], "pod: 10.244.0.7:8080 10.244.0.9:9090, hairpin");
  });
  test("are not those of another port, protocol or family", () => {
    const others = [
      slice([ready("10.244.0.7")], { ports: [{ name: "other", protocol: "TCP", port: 1 }] }),
      slice([ready("10.244.0.7")], { ports: [{ name: "http", protocol: "UDP", port: 1 }] }),
      slice([ready("fd00::7")], { addressType: "IPv6" }),
      slice([ready("not an address"), ready("fd00::8")]),
    ];
    assert.equal(shown(only(entryOf(service(), others, facts)))[0], "pod: reject, NoEndpoints");
  });
  test("are left out while they aren't ready, each with its reason", () => {
    const frontend = only(
      entryOf(
        service(),
        [
          slice([
            ready("10.244.0.7"),
            unready("10.244.0.8", { ready: false }),
            unready("10.244.0.9", { ready: false, serving: true, terminating: true }),
            unready("10.244.0.10", { ready: false, serving: false, terminating: true }),
          ]),
        ],
        facts,
      ),
    );
    const reasons = ["10.244.0.8: NotReady", "10.244.0.9: TerminatingUnneeded", "10.244.0.10: Terminating"];
    assert.deepEqual(new Set(leftOut(frontend)), new Set(reasons));
  });
  test("serve while they terminate where nobody else does", () => {
    const going = slice([unready("10.244.0.9", { ready: false, serving: true, terminating: true })]);
    assert.equal(shown(only(entryOf(service(), [going], facts)))[0], "pod: 10.244.0.9:8080, hairpin");
  });
  test("count as ready where nothing is said", () => {
    const entry = entryOf(service(), [slice([unready("10.244.0.7", {})])], facts);
    assert.equal(shown(only(entry))[0], "pod: 10.244.0.7:8080, hairpin");
  });
});

test("a node port has a frontend of its own, at the node's addresses", () => {
  const spec = { type: "NodePort", ports: [{ name: "http", port: 80, nodePort: 30_080, protocol: "TCP" }] } as const;
  const { frontends } = entryOf(service({ spec }), [slice([ready("10.244.0.7")])], facts);
  assert.deepEqual(
    frontends.map(({ id, at, port }) => [id, at === "NodeAddresses" ? at : at.map(({ text }) => text), port]),
    [
      ["default/web:http/ClusterIP", ["10.96.0.20"], 80],
      ["default/web:http/NodePort", "NodeAddresses", 30_080],
    ],
  );
});

test("a dual-stack Service has frontends of both families", () => {
  const spec = { clusterIPs: ["10.96.0.20", "fd00:96::20"] };
  const slices = [slice([ready("10.244.0.7")]), slice([ready("fd00::7")], { addressType: "IPv6" })];
  const { frontends } = entryOf(service({ spec }), slices, facts);
  assert.deepEqual(
    frontends.map((frontend) => [frontend.id, shown(frontend)[0]]),
    [
      ["default/web:http/ClusterIP", "pod: 10.244.0.7:8080, hairpin"],
      ["default/web:http/ClusterIP/IPv6", "pod: fd00::7:8080, hairpin"],
    ],
  );
});

test("with policy Local nobody is sent to another node, and balancers are not answered", () => {
  const spec = {
    type: "NodePort",
    externalTrafficPolicy: "Local",
    ports: [{ name: "http", port: 80, nodePort: 30_080, protocol: "TCP" }],
  } as const;
  const elsewhere = entryOf(service({ spec }), [slice([ready("10.244.1.7", "node-2")])], facts).frontends[1];
  assert.deepEqual(elsewhere && shown(elsewhere), [
    "pod: 10.244.1.7:8080, always",
    "thisNode: 10.244.1.7:8080, always",
    "outside: drop, NoLocalEndpoints",
  ]);
});

suite("affinitySeconds", () => {
  const rows = [
    ["no affinity", {}, 0],
    ["Kubernetes' default", { sessionAffinity: "ClientIP" }, 10_800],
    ["as given", { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } } }, 7],
  ] as const;
  for (const [name, spec, seconds] of rows) test(name, () => assert.equal(affinitySeconds(service({ spec })), seconds));
});

suite("addresses that lead to a Service from outside", () => {
  const lb = { type: "LoadBalancer", externalIPs: ["198.51.100.7"] } as const;
  const viaOf = (draft: Draft) =>
    entryOf(service(draft), [slice([ready("10.244.0.7")])], facts).frontends.map(
      ({ via, at }) => `${via} ${at === "NodeAddresses" ? at : at.map(({ text }) => text).join(" ")}`,
    );
  test("are external IPs, of every type of Service", () =>
    assert.deepEqual(viaOf({ spec: { externalIPs: ["198.51.100.7"] } }), [
      "ClusterIP 10.96.0.20",
      "ExternalIP 198.51.100.7",
    ]));
  test("are the load balancer's, unless it takes the traffic itself", () => {
    const ingress = [{ ip: "203.0.113.7" }, { ip: "203.0.113.8", ipMode: "Proxy" }, { hostname: "lb.example.org" }];
    assert.deepEqual(viaOf({ spec: lb, ingress }), [
      "ClusterIP 10.96.0.20",
      "ExternalIP 198.51.100.7",
      "LoadBalancer 203.0.113.7",
    ]);
    assert.deepEqual(
      entryOf(service({ spec: lb, ingress }), [], facts).passedOver.map(({ field, because }) => [field, because]),
      [["status.loadBalancer.ingress[1].ip", "BalancerProxies"]],
    );
  });
  test("follow the load balancer's rules where they are an external IP too", () =>
    assert.deepEqual(viaOf({ spec: lb, ingress: [{ ip: "198.51.100.7" }] }), [
      "ClusterIP 10.96.0.20",
      "LoadBalancer 198.51.100.7",
    ]));
  test("need a cluster IP of their family", () =>
    assert.deepEqual(viaOf({ spec: lb, ingress: [{ ip: "2001:db8::7" }] }), [
      "ClusterIP 10.96.0.20",
      "ExternalIP 198.51.100.7",
    ]));
});

suite("source ranges of a load balancer", () => {
  const rows = [
    ["may have spaces around them, and host bits", [" 192.0.2.9/24 "], "192.0.2.0/24"],
    ["lie in no other", ["192.0.2.0/24", "192.0.2.128/25", "192.0.2.0/24", "10.0.0.0/8"], "10.0.0.0/8 192.0.2.0/24"],
    ["let nobody in where none can be read", ["192.0.2.0", "010.0.0.0/8"], ""],
    ["let nobody in where all are of the other family", ["2001:db8::/32"], ""],
  ] as const;
  for (const [name, ranges, expected] of rows)
    test(name, () => {
      const spec = { type: "LoadBalancer", loadBalancerSourceRanges: [...ranges] } as const;
      const { frontends } = entryOf(service({ spec, ingress: [{ ip: "203.0.113.7" }] }), [], facts);
      const shownSources = frontends.map(({ sources }) =>
        sources.kind === "anyone" ? sources.kind : sources.ranges.map(({ text }) => text).join(" "),
      );
      assert.deepEqual(shownSources, ["anyone", expected]);
    });
  test("let a node that holds the balancer's address in by it, where they let the node in", () => {
    const [vip, node] = [mustIp("203.0.113.7"), mustIp("192.0.2.1")];
    const admitted = (range: string) => admittedAt(vip, [mustCidr(range)], [node]).map(({ text }) => text);
    assert.deepEqual(admitted("192.0.2.0/24"), ["192.0.2.0/24", "203.0.113.7/32"]);
    assert.deepEqual(admitted("198.51.100.0/24"), ["198.51.100.0/24"]);
  });
});

suite("hints to zones and nodes", () => {
  const hinted = (address: string, { zones = [], nodes = [] }: { zones?: string[]; nodes?: string[] }) => ({
    ...ready(address),
    hints: { forZones: zones.map((name) => ({ name })), forNodes: nodes.map((name) => ({ name })) },
  });
  const near = hinted("10.244.0.7", { zones: ["a"] });
  const far = hinted("10.244.1.7", { zones: ["b"] });
  const here = hinted("10.244.0.8", { zones: ["a"], nodes: ["node-1"] });
  const there = hinted("10.244.1.8", { zones: ["a"], nodes: ["node-2"] });
  const going = unready("10.244.0.9", { ready: false, terminating: true });
  const rows = [
    ["are followed to this node's zone", [near, far], "a", "10.244.0.7", undefined],
    ["are followed to this node before its zone", [here, there], "a", "10.244.0.8", undefined],
    [
      "are followed to the zone where none is for this node",
      [there, hinted("10.244.1.9", { zones: ["b"], nodes: ["node-2"] })],
      "a",
      "10.244.1.8",
      undefined,
    ],
    ["are not followed where the node has no zone", [near, far], undefined, "10.244.0.7 10.244.1.7", "NodeHasNoZone"],
    [
      "are not followed where a ready endpoint has none",
      [near, far, ready("10.244.0.10")],
      "a",
      "10.244.0.7 10.244.0.10 10.244.1.7",
      "EndpointsWithoutHints",
    ],
    [
      "are not followed where none is for this node's zone",
      [near, far],
      "c",
      "10.244.0.7 10.244.1.7",
      "NoHintsForThisNode",
    ],
    ["of endpoints that aren't ready don't count", [near, far, going], "a", "10.244.0.7", undefined],
    [
      "mean nothing where only terminating endpoints serve",
      [{ ...going, hints: { forZones: [{ name: "b" }] } }],
      "a",
      "10.244.0.9",
      undefined,
    ],
  ] as const;
  for (const [name, endpoints, zone, expected, ignored] of rows)
    test(name, () => {
      const frontend = only(entryOf(service(), [slice(endpoints)], { ...facts, zone }));
      const [verdict] = frontend.cases.map((one) => one.verdict);
      assert.ok(verdict?.kind === "forward");
      assert.equal(verdict.pool.members.map(({ ip }) => ip.text).join(" "), expected);
      assert.equal(verdict.pool.hintsIgnored, ignored);
    });
});

suite("the health check node port", () => {
  const spec = { type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 32_000 } as const;
  test("counts ready endpoints of this node, each address once", () => {
    const slices = [
      slice([ready("10.244.0.7"), ready("10.244.0.8"), ready("10.244.1.7", "node-2")]),
      slice([ready("10.244.0.7"), unready("10.244.0.9", { ready: false, terminating: true })]),
    ];
    assert.deepEqual(entryOf(service({ spec }), slices, facts).health, { port: 32_000, localEndpoints: 2 });
  });
  test("is there for load balancers with policy Local alone", () => {
    for (const other of [{ type: "NodePort" }, { externalTrafficPolicy: "Cluster" }] as const)
      assert.equal(entryOf(service({ spec: { ...spec, ...other } }), [], facts).health, undefined);
  });
});

test("values that can't be read are passed over with their field, and spoil nothing else", () => {
  const spec = {
    type: "LoadBalancer",
    externalIPs: ["010.1.1.1", "127.0.0.1", "198.51.100.7"],
    loadBalancerSourceRanges: ["anywhere"],
    ports: [
      { name: "http", port: 80, nodePort: 70_000, protocol: "TCP" },
      { name: "bad", port: 0, protocol: "TCP" },
    ],
  } as const;
  const slices = [
    slice([ready("10.244.0.7"), ready("fd00::7"), ready("nowhere")], {
      ports: [
        { name: "http", protocol: "TCP", port: 8080 },
        { name: "http", protocol: "TCP", port: 0 },
      ],
    }),
  ];
  const entry = entryOf(
    service({
      spec: {
        ...spec,
        externalIPs: [...spec.externalIPs],
        loadBalancerSourceRanges: ["anywhere"],
        ports: [...spec.ports],
      },
    }),
    slices,
    facts,
  );
  assert.deepEqual(
    entry.passedOver.map(({ object, field, value, because }) => `${object.kind} ${field} ${value}: ${because}`),
    [
      "Service spec.externalIPs[0] 010.1.1.1: NotAnAddress",
      "Service spec.externalIPs[1] 127.0.0.1: SpecialAddress",
      "Service spec.loadBalancerSourceRanges[0] anywhere: NotABlock",
      "Service spec.ports[0].nodePort 70000: NotAPort",
      "Service spec.ports[1].port 0: NotAPort",
      "EndpointSlice ports[1].port 0: NotAPort",
      "EndpointSlice endpoints[1].addresses[0] fd00::7: UnusedFamily",
      "EndpointSlice endpoints[2].addresses[0] nowhere: NotAnAddress",
    ],
  );
  assert.deepEqual(
    entry.frontends.map((frontend) => `${frontend.id} ${shown(frontend)[0]}`),
    [
      "default/web:http/ClusterIP pod: 10.244.0.7:8080, hairpin",
      "default/web:http/ExternalIP pod: 10.244.0.7:8080, always",
    ],
  );
});
