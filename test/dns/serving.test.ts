import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { startDns } from "#daemons/dns/dns.ts";
import { eventually } from "../harness/eventually.ts";
import { askTcp, askUdp, framed, query, shown } from "./client.ts";
import { service, slice, startTestDns } from "./cluster.ts";

const web = "web.shop.svc.cluster.local";

test("a stock resolver library gets addresses, ports and names", async () => {
  await using cluster = await startTestDns();
  cluster.services.put(
    service("api", { clusterIP: "10.96.0.18", ports: [{ name: "https", protocol: "TCP", port: 443 }] }),
  );
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${cluster.server.port}`]);
  assert.deepEqual(await resolver.resolve4(web), ["10.96.0.17"]);
  assert.deepEqual(await resolver.reverse("10.96.0.17"), [web]);
  assert.deepEqual(await resolver.resolveTxt("dns-version.cluster.local"), [["1.1.0"]]);
  const [{ name, port } = { name: "", port: 0 }] = await resolver.resolveSrv("_https._tcp.api.shop.svc.cluster.local");
  assert.deepEqual([name, port], ["api.shop.svc.cluster.local", 443]);
  await assert.rejects(resolver.resolve6(web), { code: "ENODATA" });
  await assert.rejects(resolver.resolve4("nix.shop.svc.cluster.local"), { code: "ENOTFOUND" });
});

test("changes of Services and slices show at once, over UDP and TCP", async () => {
  await using cluster = await startTestDns();
  const { server, services, slices } = cluster;
  const both = async (name: string) => {
    const overUdp = shown(await askUdp(server, query(name, "A")));
    const [overTcp] = (await askTcp(server, framed(query(name, "A")))).map(shown);
    assert.deepEqual(overUdp, overTcp);
    return overUdp;
  };
  assert.deepEqual(await both(web), ["NOERROR", `${web} A 10.96.0.17`]);
  services.put(service("web", { clusterIP: "10.96.0.99" }));
  assert.deepEqual(await both(web), ["NOERROR", `${web} A 10.96.0.99`]);
  services.put(service("web", { clusterIP: "None" }));
  assert.deepEqual(await both(web), ["NXDOMAIN"]);
  slices.put(slice("web", ["10.244.0.5"]));
  assert.deepEqual(await both(web), ["NOERROR", `${web} A 10.244.0.5`]);
  slices.put({ ...slice("web", ["10.244.0.5"]), metadata: { name: "web-1", namespace: "shop", labels: {} } });
  assert.deepEqual(await both(web), ["NXDOMAIN"]);
  services.remove("shop", "web");
  assert.deepEqual(await both("shop.svc.cluster.local"), ["NXDOMAIN"]);
});

test("a host of an Ingress has the Ingress' address as soon as its status tells it, and no longer", async () => {
  await using cluster = await startTestDns();
  const asked = async () => shown(await askUdp(cluster.server, query("shop.example.com", "A")));
  const ingress = (ip: string) => ({
    metadata: { name: "shop", namespace: "shop", creationTimestamp: "2026-01-01T00:00:00Z" },
    spec: { rules: [{ host: "shop.example.com" }] },
    status: { loadBalancer: { ingress: ip === "" ? [] : [{ ip }] } },
  });
  cluster.ingresses.put(ingress(""));
  assert.deepEqual(await asked(), ["SERVFAIL"], "there is nobody else to ask");
  cluster.ingresses.put(ingress("172.30.0.129"));
  assert.deepEqual(await asked(), ["NOERROR", "shop.example.com A 172.30.0.129"]);
  cluster.ingresses.remove("shop", "shop");
  assert.deepEqual(await asked(), ["SERVFAIL"]);
});

const hasIPv6 = Object.values(networkInterfaces()).some((links) => links?.some(({ address }) => address === "::1"));
test("it is reached over IPv6 too", { skip: hasIPv6 ? false : "this machine has no ::1" }, async () => {
  await using cluster = await startTestDns([], "::1");
  const answer = ["NOERROR", `${web} A 10.96.0.17`];
  assert.deepEqual(shown(await askUdp(cluster.server, query(web, "A"))), answer);
  assert.deepEqual((await askTcp(cluster.server, framed(query(web, "A")))).map(shown), [answer]);
});

test("until the first lists are there, nothing is denied", async () => {
  await using cluster = await startTestDns();
  cluster.services.synced = false;
  assert.deepEqual(shown(await askUdp(cluster.server, query("later.shop.svc.cluster.local", "A"))), ["SERVFAIL"]);
  cluster.services.put(service("later", { clusterIP: "10.96.0.5" }));
  cluster.services.synced = true;
  assert.equal(shown(await askUdp(cluster.server, query("later.shop.svc.cluster.local", "A")))[0], "NOERROR");
});

test("what doesn't fit a datagram comes over TCP", async () => {
  await using cluster = await startTestDns();
  const addresses = Array.from({ length: 200 }, (_, i) => `10.244.1.${i}`);
  cluster.services.put(service("many", { clusterIP: "None" }));
  cluster.slices.put(slice("many", addresses));
  const asked = query("many.shop.svc.cluster.local", "A");
  const short = await askUdp(cluster.server, asked);
  assert.equal(short.flag_tc, true);
  const [long] = await askTcp(cluster.server, framed(asked));
  assert.equal(long?.flag_tc, false);
  assert.equal(long?.answers?.length, 200);
});

test("addresses of a headless Service take turns", async () => {
  await using cluster = await startTestDns();
  cluster.services.put(service("db", { clusterIP: "None" }));
  cluster.slices.put(slice("db", ["10.244.0.1", "10.244.0.2", "10.244.0.3"]));
  const firsts = new Set<string | undefined>();
  for (let i = 0; i < 3; i++)
    firsts.add(shown(await askUdp(cluster.server, query("db.shop.svc.cluster.local", "A")))[1]);
  assert.equal(firsts.size, 3);
});

test("each query gets its own id and its own letters back, also from answers made before", async () => {
  await using cluster = await startTestDns();
  for (const [id, name] of [
    [1, web],
    [2, web],
    [3, web.toUpperCase()],
  ] as const) {
    const answer = await askUdp(cluster.server, query(name, "A", { id }));
    assert.equal(answer.id, id);
    assert.deepEqual(shown(answer), ["NOERROR", `${name} A 10.96.0.17`]);
  }
});

test("many queries over one connection are all answered", async () => {
  await using cluster = await startTestDns();
  const queries = Array.from({ length: 500 }, (_, id) => framed(query(web, "A", { id })));
  const answers = await askTcp(cluster.server, Buffer.concat(queries), queries.length);
  assert.deepEqual(
    answers.map(({ id }) => id).toSorted((a = 0, b = 0) => a - b),
    queries.map((_, id) => id),
  );
});

test("a message that comes byte by byte is one message", async () => {
  await using cluster = await startTestDns();
  const socket = connect(cluster.server.port, cluster.server.address).setNoDelay(true);
  for (const byte of framed(query(web, "A"))) await new Promise((written) => socket.write(Buffer.of(byte), written));
  const [answer] = await socket.take(1).toArray();
  assert.ok(answer.length > 2);
  socket.destroy();
});

test("who announces more than any query is long is cut off", async () => {
  await using cluster = await startTestDns();
  assert.deepEqual(await askTcp(cluster.server, Buffer.from([0xff, 0xff, 1, 2, 3])), []);
});

test("one client gets 64 connections, and loses those on which it sends no whole query", async () => {
  await using cluster = await startTestDns();
  const sockets = Array.from({ length: 80 }, () => connect(cluster.server.port, cluster.server.address));
  const open = new Set(sockets);
  for (const socket of sockets)
    socket
      .on("error", () => {})
      .on("close", () => open.delete(socket))
      .write("\0");
  await eventually("the connections beyond 64 to be closed", () => open.size <= 64, { seconds: 10 });
  await eventually("idle connections to be closed", () => open.size === 0, { seconds: 30 });
});

test("a rubbish datagram costs nobody else an answer", async () => {
  await using cluster = await startTestDns();
  const socket = createSocket("udp4");
  for (let size = 0; size < 40; size++) socket.send(Buffer.alloc(size, 0xc0), cluster.server.port, "127.0.0.1");
  assert.equal(shown(await askUdp(cluster.server, query(web, "A")))[0], "NOERROR");
  socket.close();
});

test("an address that is taken, or not this machine's, is refused in one sentence, and nothing stays open", async () => {
  await using cluster = await startTestDns();
  for (const at of [cluster.server, { address: "192.0.2.53", port: 0 }]) {
    const { services, slices, pods, ingresses } = cluster;
    const sources = { services, slices, pods, ingresses };
    await assert.rejects(
      startDns({
        domain: "cluster.local",
        listen: [{ address: "127.0.0.1", port: 0 }, at],
        cidrs: [],
        sources,
        upstreams: async () => [],
      }),
      { name: "Error", code: "DnsAddressRefused", where: `${at.address}:${at.port}` },
    );
  }
});
