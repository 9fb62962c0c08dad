import assert from "node:assert/strict";
import { test } from "node:test";
import { type Service, services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import type { EventRecorder } from "#client/events.ts";
import { readAs } from "#client/wire.ts";
import { frameOf } from "#core/ruleset/frame.ts";
import { NodeTable } from "#core/ruleset/node-table.ts";
import { walker } from "#core/ruleset/walk.ts";
import { entryOf } from "#core/services/entry.ts";
import { tellPassedOver } from "#daemons/proxy/passed-over.ts";
import { mustIp } from "#net/ip.ts";
import { around, nodeAddresses, nodeName } from "./scenario.ts";

const [good, bad] = [1000, 100];
const node = { nodeName, zone: undefined, families: around.families };

/** As another server may have stored it: a hundred of them say what no rule can be made of. */
function objectsOf(n: number) {
  const isBad = n < bad;
  const name = `s${n}`;
  const service: Service = readAs(services, {
    metadata: { namespace: "default", name, uid: name },
    spec: {
      type: "LoadBalancer",
      clusterIP: `10.96.${Math.floor(n / 250)}.${1 + (n % 250)}`,
      externalIPs: isBad ? ["010.0.0.1", "not an address"] : [],
      loadBalancerSourceRanges: isBad ? ["10.0.0.0/33"] : [],
      ports: [{ port: 80, protocol: "TCP" }],
    },
  });
  const slice = readAs(endpointSlices, {
    metadata: { namespace: "default", name: `${name}-1`, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: [{ addresses: [isBad ? "10.244.0.256" : "10.244.0.7"], conditions: { ready: true } }],
  });
  return { service, entry: entryOf(service, [slice], node) };
}

test(`${bad} Services with wrong texts among ${good} good ones: the good ones work, each wrong value is told once`, () => {
  const told: string[] = [];
  const recorder: EventRecorder = {
    record: ({ name }, type, { message }) => told.push(`${type} ${name} ${message}`),
    flushed: async () => {},
  };
  const table = new NodeTable({ table: "portolan", around, nodeName });
  table.moveTo({ own: nodeAddresses, nodePorts: nodeAddresses, all: nodeAddresses });
  const all = Array.from({ length: good + bad }, (_, n) => objectsOf(n));
  for (const round of [1, 2]) {
    for (const { service, entry } of all)
      tellPassedOver(recorder, service, { before: round === 1 ? undefined : entry, now: entry });
    table.change(new Map(all.map(({ entry }) => [entry.name, entry])));
  }
  assert.equal(told.length, bad * 4, "two addresses, a range and an endpoint each, not again in the second round");
  assert.match(told[0] ?? "", /^Warning s0 Service s0: spec\.externalIPs\[0\]: "010\.0\.0\.1": /);

  const { chains, elements } = table.contents();
  const walk = walker({ chains: [...frameOf(around), ...chains], elements, nodeAddresses });
  const fates = all.map(({ service }) =>
    walk({ protocol: "TCP", from: mustIp("10.244.0.5"), to: mustIp(service.spec.clusterIP ?? ""), port: 80 }),
  );
  assert.deepEqual(new Set(fates.slice(0, bad).map(({ kind }) => kind)), new Set(["reject"]));
  assert.deepEqual(new Set(fates.slice(bad).map(({ kind }) => kind)), new Set(["passes"]));
});
