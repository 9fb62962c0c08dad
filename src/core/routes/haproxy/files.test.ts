import assert from "node:assert/strict";
import { test } from "node:test";
import { wholeFiles } from "./files.ts";
import type { HaproxyPlan, HaproxyServer } from "./plan.ts";

const pod = (name: string, address: string, more: Partial<HaproxyServer> = {}): HaproxyServer => ({
  ...{ name, address, weight: 100, hasCookie: false, options: [] },
  ...more,
});

const plan: HaproxyPlan = {
  config: [
    "global",
    "  nbthread 2",
    "",
    "backend b0",
    "  balance roundrobin",
    "",
    "backend b1",
    "  cookie c insert dynamic",
    "backend b2",
    "  balance roundrobin",
    "",
  ].join("\n"),
  maps: new Map([["hosts.map", new Map([["a.example", "b0"]])]]),
  servers: new Map([
    ["b0", [pod("p1", "10.0.0.1:80"), pod("p2", "[fd00::2]:80", { weight: 3, options: ["proto", "h2"] })]],
    ["b1", [pod("p3", "10.0.0.3:80", { hasCookie: true })]],
    ["b2", [pod("p4", "10.0.0.4:80")]],
    ["gone", [pod("p5", "10.0.0.5:80")]],
  ]),
  certificates: new Map([["a.pem", "PEM\n"]]),
  certificateList: [{ file: "a.pem", hosts: ["a.example", "*.b.example"] }],
  ...{ sections: new Map(), servedBy: new Map(), numbers: new Map(), spares: 0 },
  table: {
    ...{ listeners: [], routeSets: new Map(), backends: new Map(), passthroughs: new Map(), streams: [] },
    certificates: { byHost: new Map(), fallback: undefined },
  },
};

test("wholeFiles: servers stand in their sections from the start", () => {
  assert.equal(
    wholeFiles(plan).get("haproxy.cfg"),
    `global
  nbthread 2

backend b0
  balance roundrobin
  server p1 10.0.0.1:80 weight 100
  server p2 [fd00::2]:80 weight 3 proto h2

backend b1
  cookie c insert dynamic
  server p3 10.0.0.3:80 weight 100
backend b2
  balance roundrobin
  server p4 10.0.0.4:80 weight 100
`,
  );
});

test("wholeFiles: maps, certificates and their list lie beside it", () => {
  assert.deepEqual(Object.fromEntries([...wholeFiles(plan)].slice(1)), {
    "hosts.map": "a.example b0\n",
    "a.pem": "PEM\n",
    "certificates.list": "a.pem a.example *.b.example\n",
  });
});
