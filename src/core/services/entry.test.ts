import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Service } from "#api/core/service.ts";
import type { EndpointSlice } from "#api/discovery/endpoint-slice.ts";
import { explain } from "../reasons.ts";
import { affinitySeconds, entryOf } from "./entry.ts";
import type { Frontend, ServiceEntry } from "./service-map.ts";

const facts = { nodeName: "node-1", families: ["IPv4", "IPv6"] } as const;

const assigned = { uid: "u", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" };

interface Draft {
  readonly spec?: Partial<Service["spec"]>;
  readonly labels?: Readonly<Record<string, string>>;
}

const service = ({ spec = {}, labels = {} }: Draft = {}): Service => ({
  metadata: { ...assigned, name: "web", namespace: "default", labels },
  spec: {
    type: "ClusterIP",
    sessionAffinity: "None",
    clusterIP: "10.96.0.20",
    ports: [{ name: "http", port: 80, protocol: "TCP" }],
    ...spec,
  },
  status: { loadBalancer: {} },
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
    "thisNode: 10.244.1.7:8080, hairpin",
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
