import assert from "node:assert/strict";
import { test } from "node:test";
import { events } from "#api/core/event.ts";
import { nodes } from "#api/core/node.ts";
import { type Service, services } from "#api/core/service.ts";
import { type LoadBalancerPool, loadBalancerPools } from "#api/portolan/load-balancer-pool.ts";
import { informers } from "#client/informers.ts";
import { resourceClient } from "#client/resource.ts";
import { startAssigner } from "#daemons/loadbalancer/assigner.ts";
import type { Failure } from "#daemons/loop.ts";
import { mustCidr } from "#net/cidr.ts";
import { rangeOfCidr } from "#net/ip-range.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { administrator, serve } from "../server/served.ts";

const seconds = 10;

/** A server with an assigner, which can be stopped and begun anew. */
async function world() {
  const served = await serve();
  const transport = inProcessTransport(served.server, administrator);
  const failures: Failure[] = [];
  const begin = () => {
    const followed = informers(transport);
    const assigner = startAssigner({
      transport,
      informers: followed,
      ranges: [{ ...rangeOfCidr(mustCidr("10.96.0.0/12")), of: "Services" }],
      now: Date.now,
      random: Math.random,
      failed: (failure) => failures.push(failure),
    });
    return { assigner, followed };
  };
  let running = begin();
  const end = async () => {
    await running.assigner.stop();
    running.followed.stop();
  };
  const [allServices, pools] = [resourceClient(transport, services), resourceClient(transport, loadBalancerPools)];
  const get = (name: string) => allServices.get("default", name);
  return {
    transport,
    services: allServices,
    pools,
    failures,
    makePool: (name: string, cidr: string, spec: object = {}) =>
      pools.create("", { metadata: { name }, spec: { blocks: [{ cidr }], ...spec } }),
    make: (name: string, spec: object = {}) =>
      allServices.create("default", {
        metadata: { name, namespace: "default" },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
      }),
    get,
    /** The Service once that is true of its line. */
    shows: (name: string, line: RegExp) =>
      eventually(`${name} shows ${line}`, async () => (line.test(lineOf(await get(name))) ? true : undefined), {
        seconds,
      }),
    patch: (name: string, body: object) => allServices.patch("default", name, { type: "merge", body }),
    async restart(meanwhile: () => Promise<unknown> = async () => {}) {
      await end();
      await meanwhile();
      running = begin();
      await running.assigner.idle();
    },
    idle: () => running.assigner.idle(),
    async [Symbol.asyncDispose]() {
      await end();
      transport.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** `192.0.2.0 VIP | True Assigned: it has 192.0.2.0`: the addresses, then the condition. */
function lineOf({ status }: Service): string {
  const addresses = (status.loadBalancer.ingress ?? []).map(({ ip, ipMode }) => `${ip} ${ipMode}`);
  const told = status.conditions?.find(({ type }) => type === "portolan.io/LoadBalancerAddress");
  return `${addresses.join(",")} | ${told === undefined ? "" : `${told.status} ${told.reason}: ${told.message}`}`;
}
const readyOf = ({ status }: LoadBalancerPool) => status.conditions?.find(({ type }) => type === "Ready");

test("a Service gets an address, keeps it over a restart and an edit of the pool, and gives it back with its type", async () => {
  await using one = await world();
  await one.makePool("default", "192.0.2.0/28");
  await one.make("web");
  await one.shows("web", /^192\.0\.2\.0 VIP \| True Assigned: it has 192\.0\.2\.0$/);
  await one.restart(() => one.make("earlier"));
  await one.pools.patch("", "default", { type: "merge", body: { spec: { autoAssign: false } } });
  await one.shows("earlier", /^192\.0\.2\.1/);
  await one.idle();
  assert.match(lineOf(await one.get("web")), /^192\.0\.2\.0 VIP/);
  await one.patch("web", { spec: { type: "ClusterIP" } });
  await one.shows("web", /^ \| $/);
  assert.deepEqual((await one.get("web")).status, { loadBalancer: {} });
  assert.deepEqual(one.failures, []);
});

test("an address that one Service gives up goes to the one that waits", async () => {
  await using one = await world();
  await one.makePool("default", "192.0.2.0/32");
  await one.make("first");
  await one.shows("first", /^192\.0\.2\.0/);
  await one.make("second");
  await one.shows(
    "second",
    /^ \| False LoadBalancerPoolsExhausted: no available IPs: every address of pool default is in use$/,
  );
  await one.services.delete("default", "first");
  await one.shows("second", /^192\.0\.2\.0/);
});

test("a Service that waits says why as a condition and as an event, and stops waiting when a pool comes", async () => {
  await using one = await world();
  await one.make("web");
  await one.shows("web", /^ \| False NoLoadBalancerPool: there is no LoadBalancerPool that can be used$/);
  await one.makePool("default", "192.0.2.0/28");
  await one.shows("web", /^192\.0\.2\.0/);
  const told = await eventually(
    "both events are there",
    async () => {
      const { items } = await resourceClient(one.transport, events).list("default");
      return items.length === 2 ? items.map(({ type, reason, message }) => `${type} ${reason} ${message}`) : undefined;
    },
    { seconds },
  );
  assert.deepEqual(told.toSorted(), [
    'Normal IPAllocated Assigned IP ["192.0.2.0"]',
    'Warning AllocationFailed Failed to allocate IP for "default/web": there is no LoadBalancerPool that can be used',
  ]);
});

test("a Service of another class is told that nobody serves it, until somebody does", async () => {
  await using one = await world();
  await one.makePool("default", "192.0.2.0/28");
  await one.make("web", { loadBalancerClass: "example.com/internal-vip" });
  await one.shows(
    "web",
    /^ \| False LoadBalancerClassUnclaimed: no load balancer of class "example.com\/internal-vip"/,
  );
  const ingress = [{ ip: "203.0.113.1", ipMode: "VIP" }];
  await one.services.patch("default", "web", {
    type: "merge",
    body: { status: { loadBalancer: { ingress } } },
    subresource: "status",
  });
  await one.shows("web", /^203\.0\.113\.1 VIP \| $/);
  await one.idle();
  assert.equal(lineOf(await one.get("web")), "203.0.113.1 VIP | ");
});

test("a status that somebody else wrote is put right", async () => {
  await using one = await world();
  await one.makePool("default", "192.0.2.0/28");
  await one.make("web");
  await one.shows("web", /^192\.0\.2\.0/);
  const status = { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } };
  await one.services.patch("default", "web", { type: "merge", body: { status }, subresource: "status" });
  await one.shows("web", /^192\.0\.2\.0 VIP/);
});

test("a pool tells what is in use and left, and why it can't be used", async () => {
  await using one = await world();
  await resourceClient(one.transport, nodes).create("", {
    metadata: { name: "node-1" },
    status: { addresses: [{ type: "InternalIP", address: "192.0.2.3" }] },
  });
  await one.makePool("default", "192.0.2.0/29");
  for (const name of ["a", "b", "c", "d"]) await one.make(name);
  await one.shows("d", /^192\.0\.2\.4/);
  const counts = await eventually(
    "the pool counts four",
    async () => {
      const { status } = await one.pools.get("", "default");
      return status.assignedIPv4 === 4 ? status : undefined;
    },
    { seconds },
  );
  assert.deepEqual([counts.availableIPv4, counts.availableIPv6], [3, undefined]);
  await one.makePool("second", "192.0.2.4/30");
  await one.makePool("third", "10.100.0.0/24");
  const why = (name: string) => async () => readyOf(await one.pools.get("", name))?.message;
  assert.equal(
    await eventually("second is judged", why("second"), { seconds }),
    "192.0.2.4/30 overlaps with 192.0.2.0/29 of the older pool default",
  );
  assert.equal(
    await eventually("third is judged", why("third"), { seconds }),
    "10.100.0.0/24 overlaps with the addresses of Services, 10.96.0.0/12",
  );
  await one.pools.delete("", "default");
  await eventually("second can be used", async () => readyOf(await one.pools.get("", "second"))?.status === "True", {
    seconds,
  });
  await one.shows("d", /^192\.0\.2\.4/);
  await one.shows("a", /^192\.0\.2\.5/);
});

test("a thousand Services come at once, and no address is given twice", async () => {
  await using one = await world();
  await one.makePool("default", "198.18.0.0/20");
  await Promise.all(
    Array.from({ length: 1000 }, (_, i) => one.make(`web-${i}`, { allocateLoadBalancerNodePorts: false })),
  );
  const all = await eventually(
    "all have addresses",
    async () => {
      const { items } = await one.services.list("default");
      const addresses = items.flatMap(({ status }) => status.loadBalancer.ingress?.map(({ ip }) => ip) ?? []);
      return addresses.length === 1000 ? addresses : undefined;
    },
    { seconds: 60 },
  );
  assert.equal(new Set(all).size, 1000);
});
