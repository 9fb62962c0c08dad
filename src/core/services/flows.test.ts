import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { mustIp } from "#net/ip.ts";
import { flowsToCheck, staleFlows } from "./flows.ts";
import type { Endpoint, ServiceEntry } from "./service-map.ts";

const place = (text: string) => {
  const [ip = "", port] = text.split(":");
  return { ip: mustIp(ip), port: Number(port) };
};
const endpoint = (text: string): Endpoint => ({
  ...place(text),
  nodeName: undefined,
  pod: undefined,
  condition: "ready",
});

const entry = (members: readonly string[], protocol: "UDP" | "TCP" = "UDP"): ServiceEntry => ({
  name: "default/dns",
  seniority: "",
  addresses: [],
  because: undefined,
  passedOver: [],
  health: undefined,
  frontends: [
    {
      id: "default/dns/ClusterIP",
      via: "ClusterIP",
      family: "IPv4",
      protocol,
      at: [mustIp("10.96.0.20")],
      port: 53,
      sources: { kind: "anyone" },
      affinitySeconds: 0,
      cases: [
        {
          from: "pod",
          masquerade: "hairpin",
          verdict:
            members.length === 0
              ? { kind: "reject", because: "NoEndpoints" }
              : { kind: "forward", pool: { scope: "cluster", members: members.map(endpoint), leftOut: [] } },
        },
      ],
    },
  ],
});
const [a, b] = ["10.244.0.7:5353", "10.244.0.8:5353"];

suite("flows of a UDP Service are looked through", () => {
  const rows = [
    ["when an endpoint goes", entry([a, b]), entry([b]), 1],
    ["when the last endpoint goes", entry([a]), entry([]), 1],
    ["when the Service goes", entry([a]), undefined, 1],
    ["when the first endpoint comes", entry([]), entry([a]), 1],
    ["when the Service comes", undefined, entry([a]), 1],
    ["not when one more endpoint comes", entry([a]), entry([a, b]), 0],
    ["not when nothing changes", entry([a]), entry([a]), 0],
    ["not where it is a TCP Service", entry([a], "TCP"), entry([b], "TCP"), 0],
  ] as const;
  for (const [name, before, after, count] of rows)
    test(name, () => assert.equal(flowsToCheck(before, after, []).length, count));
});

suite("a flow is stale", () => {
  const to = place("10.96.0.20:53");
  const rows = [
    ["whose endpoint is gone", a, [b], true],
    ["that nobody translated, where somebody would now", "10.96.0.20:53", [b], true],
    ["not that nobody translates now either", "10.96.0.20:53", [], false],
    ["not whose endpoint is there", b, [a, b], false],
  ] as const;
  for (const [name, answeredBy, members, stale] of rows)
    test(name, () => {
      const flows = [{ to, answeredBy: place(answeredBy) }];
      const watched = [{ at: to, members: members.map(place) }];
      assert.equal(staleFlows(flows, watched).length, stale ? 1 : 0);
    });
  test("never where its frontend did not change", () => {
    const flows = [{ to: place("10.96.0.99:53"), answeredBy: place(a) }];
    assert.deepEqual(staleFlows(flows, [{ at: to, members: [] }]), []);
  });
});
