import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { nodes as allNodes } from "#api/core/node.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { resourceClient } from "#client/resource.ts";
import { eventually } from "../harness/eventually.ts";
import { type Lan, makeLan, nowMs } from "./lan.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: it makes network namespaces";
const nodes = ["node-1", "node-2", "node-3"];
const [four, six] = ["10.99.0.200", "fd99::200"];

/** From the last answer of the node before to the first of the next, and how long both answered; in milliseconds. */
function handover({ answers }: Lan, ip: string, before: string) {
  const heard = answers.filter((one) => one.ip === ip);
  const last = heard.findLast(({ node }) => node === before)?.atMs ?? 0;
  const after = heard.filter(({ node, atMs }) => node !== before && atMs > last - 5000);
  return { gapMs: (after[0]?.atMs ?? Number.POSITIVE_INFINITY) - last, others: new Set(after.map(({ node }) => node)) };
}

suite("who answers on the LAN for a load balancer's address", { skip, timeout: 180_000 }, () => {
  test("one node alone answers, for IPv4 and IPv6; when it is killed, another alone, within a second", async (t) => {
    await using lan = await makeLan({ nodes, addresses: [four, six] });
    for (const ip of [four, six]) {
      const first = await lan.announcerOf(ip);
      const atMs = nowMs();
      lan.signal(first, "SIGKILL");
      const next = await lan.announcerOf(ip, { afterMs: atMs + 700 });
      assert.notEqual(next, first);
      const { gapMs, others } = handover(lan, ip, first);
      t.diagnostic(`${ip}: ${gapMs.toFixed(0)} ms without an answer`);
      assert.deepEqual([...others], [next]);
      assert.ok(gapMs > 0, "never two at once");
      lan.start(first);
    }
    assert.deepEqual(lan.failures, []);
  });

  test("one that is stopped falls silent by its own kernel's clock, and says nothing when it goes on", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const first = await lan.announcerOf(four);
    const atMs = nowMs();
    lan.signal(first, "SIGSTOP");
    const next = await lan.announcerOf(four, { afterMs: atMs + 700 });
    assert.notEqual(next, first);
    const wokenAtMs = nowMs();
    lan.signal(first, "SIGCONT");
    assert.equal(await lan.announcerOf(four, { afterMs: wokenAtMs, aloneMs: 1500 }), next);
    assert.ok(handover(lan, four, first).gapMs > 0, "never two at once");
  });

  test("a node that can't reach the API stops in time, though it is on the LAN; so do all when nobody can", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const first = await lan.announcerOf(four);
    let atMs = nowMs();
    lan.cutFromApi(first, true);
    const next = await lan.announcerOf(four, { afterMs: atMs + 700 });
    assert.notEqual(next, first);
    assert.ok(handover(lan, four, first).gapMs > 0, "never two at once");
    atMs = nowMs();
    for (const node of nodes) lan.cutFromApi(node, true);
    await eventually("nobody answers", () => Promise.resolve(isSilent(lan, four, 400) || undefined), { seconds: 10 });
    for (const node of nodes) lan.cutFromApi(node, false);
    await lan.announcerOf(four, { afterMs: atMs });
  });

  test("one that ends in order hands over at once; a node that is excluded lets go; the last address given back ends all", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const first = await lan.announcerOf(four);
    await lan.stop(first);
    const second = await lan.announcerOf(four);
    assert.notEqual(second, first);
    const labels = { "node.kubernetes.io/exclude-from-external-load-balancers": "" };
    await resourceClient(lan.transport, allNodes).patch("", second, { type: "merge", body: { metadata: { labels } } });
    const third = await eventually(
      "another node has taken it",
      async () => {
        const now = await lan.announcerOf(four);
        return now === second ? undefined : now;
      },
      { seconds: 10 },
    );
    assert.notEqual(third, first);
    const client = resourceClient(lan.transport, services);
    await client.delete("default", "service-0");
    await eventually("nobody answers", () => Promise.resolve(isSilent(lan, four, 400) || undefined), { seconds: 10 });
    await eventually(
      "the kernel has no address to answer for",
      async () => ((await lan.inNode(third, "ip", "neigh", "show", "proxy")) === "" ? true : undefined),
      { seconds: 10 },
    );
  });

  test("with externalTrafficPolicy Local only a node with a ready endpoint answers", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const before = await lan.announcerOf(four);
    const other = nodes.find((node) => node !== before) ?? "";
    const client = resourceClient(lan.transport, services);
    await client.patch("default", "service-0", { type: "merge", body: { spec: { externalTrafficPolicy: "Local" } } });
    await eventually("nobody answers", () => Promise.resolve(isSilent(lan, four, 400) || undefined), { seconds: 10 });
    await resourceClient(lan.transport, endpointSlices).create("default", {
      metadata: {
        name: "service-0-x",
        namespace: "default",
        labels: { "kubernetes.io/service-name": "service-0" },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.244.1.2"], nodeName: other, conditions: { ready: true } }],
    });
    assert.equal(await lan.announcerOf(four), other);
  });

  test("rules that somebody flushes are back with the next renewal", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const first = await lan.announcerOf(four);
    await lan.inNode(first, "nft", "flush", "ruleset");
    await eventually(
      "the fence is back",
      async () => ((await lan.inNode(first, "nft", "list", "tables")).includes("arp ptlt_lan") ? true : undefined),
      { seconds: 10 },
    );
    assert.equal(await lan.announcerOf(four), first);
    lan.signal(first, "SIGKILL");
    assert.notEqual(await lan.announcerOf(four, { afterMs: nowMs() + 700 }), first);
  });

  test("frames of junk to everybody change nothing", async () => {
    await using lan = await makeLan({ nodes, addresses: [four] });
    const first = await lan.announcerOf(four);
    lan.sendJunk();
    assert.equal(await lan.announcerOf(four, { aloneMs: 1000 }), first);
    assert.deepEqual(lan.failures, []);
  });

  test("many addresses spread over the nodes", async () => {
    const addresses = Array.from({ length: 24 }, (_, i) => `10.99.0.${100 + i}`);
    await using lan = await makeLan({ nodes, addresses });
    const having = new Set(await Promise.all(addresses.map((ip) => lan.announcerOf(ip))));
    assert.deepEqual([...having].toSorted(), nodes);
  });
});

const isSilent = ({ answers }: Lan, ip: string, forMs: number): boolean =>
  !answers.some((one) => one.ip === ip && one.atMs > nowMs() - forMs);
