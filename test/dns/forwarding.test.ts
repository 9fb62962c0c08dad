import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Packet, RecordType } from "dns-packet";
import { TYPE } from "#core/dns/record.ts";
import { encodeAsking } from "#core/dns/upstream-reply.ts";
import { machineUpstreams, type ServerAddress } from "#daemons/dns/upstreams.ts";
import { eventually } from "../harness/eventually.ts";
import { askTcp, askUdp, framed, query, shown } from "./client.ts";
import { service, startTestDns } from "./cluster.ts";
import { type Asked, address, answering, closedPort, startUpstream } from "./upstream.ts";

/** Says 192.0.2.1 for every name. */
const good = (asked: Asked): void => asked.reply(answering(asked, { answers: [address(asked, "192.0.2.1")] }));
const silent = (): void => {};
const failing = (asked: Asked): void => asked.reply(answering(asked, { flags: 0x0182 }));

const lookUp = async (server: ServerAddress, name: string, type: RecordType = "A") =>
  shown(await askUdp(server, query(name, type)));

test("a name outside the cluster is asked for elsewhere, once while it may be kept", async () => {
  await using upstream = await startUpstream(good);
  await using cluster = await startTestDns([upstream]);
  assert.deepEqual(await lookUp(cluster.server, "Example.com"), ["NOERROR", "Example.com A 192.0.2.1"]);
  assert.deepEqual(await lookUp(cluster.server, "example.COM"), ["NOERROR", "example.COM A 192.0.2.1"]);
  assert.deepEqual(upstream.asked, ["udp example.com A"]);
});

test("names of the cluster are never asked for elsewhere", async () => {
  await using upstream = await startUpstream(good);
  await using cluster = await startTestDns([upstream]);
  for (const name of ["nix.shop.svc.cluster.local", "cluster.local", "x.y.z.cluster.local", "9.9.96.10.in-addr.arpa"])
    await lookUp(cluster.server, name);
  assert.deepEqual(upstream.asked, []);
});

test("an external name is followed to its address", async () => {
  await using upstream = await startUpstream(good);
  await using cluster = await startTestDns([upstream]);
  cluster.services.put(service("db", { type: "ExternalName", externalName: "db.example.com" }));
  assert.deepEqual(await lookUp(cluster.server, "db.shop.svc.cluster.local"), [
    "NOERROR",
    "db.shop.svc.cluster.local CNAME db.example.com",
    "db.example.com A 192.0.2.1",
  ]);
});

test("an external name that can't be followed is told as far as it is known", async () => {
  await using cluster = await startTestDns();
  cluster.services.put(service("db", { type: "ExternalName", externalName: "db.example.com" }));
  const alias = "db.shop.svc.cluster.local CNAME db.example.com";
  assert.deepEqual(await lookUp(cluster.server, "db.shop.svc.cluster.local"), ["SERVFAIL", alias]);
  assert.deepEqual(await lookUp(cluster.server, "db.shop.svc.cluster.local", "CNAME"), ["NOERROR", alias]);
});

test("without anybody to ask, failure is told", async () => {
  await using cluster = await startTestDns();
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["SERVFAIL"]);
});

const circumstances: readonly { readonly name: string; readonly first: (asked: Asked) => void }[] = [
  { name: "is silent", first: silent },
  { name: "fails", first: failing },
  { name: "answers rubbish", first: ({ reply }) => reply(Buffer.from("rubbish")) },
];
for (const { name, first } of circumstances) {
  test(`when the first resolver ${name}, the second is asked, and is the first one from then on`, async () => {
    await using bad = await startUpstream(first);
    await using upstream = await startUpstream(good);
    await using cluster = await startTestDns([bad, upstream]);
    assert.deepEqual(await lookUp(cluster.server, "one.example.com"), ["NOERROR", "one.example.com A 192.0.2.1"]);
    assert.deepEqual(await lookUp(cluster.server, "two.example.com"), ["NOERROR", "two.example.com A 192.0.2.1"]);
    assert.deepEqual(bad.asked, ["udp one.example.com A"]);
  });
}

test("resolvers that nobody listens at are known at once to be of no use", async () => {
  const nobody = await closedPort();
  await using upstream = await startUpstream(good);
  await using cluster = await startTestDns([nobody, nobody, upstream]);
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["NOERROR", "example.com A 192.0.2.1"]);
  await using alone = await startTestDns([nobody]);
  assert.deepEqual(await lookUp(alone.server, "example.com"), ["SERVFAIL"]);
});

test("when all resolvers are silent, failure is told in the end", async () => {
  await using upstream = await startUpstream(silent);
  await using cluster = await startTestDns([upstream]);
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["SERVFAIL"]);
  assert.ok(upstream.asked.length > 1, "it was asked again");
});

test("forged answers are ignored while the right one is waited for", async () => {
  const forged = (asked: Asked, fields: Partial<Packet>) =>
    answering(asked, { answers: [address(asked, "203.0.113.66")], ...fields });
  const forging = (asked: Asked): void => {
    const id = asked.packet.id ?? 0;
    asked.reply(forged(asked, { id: (id + 1) % 65_536 }));
    asked.reply(forged(asked, { questions: [{ type: "A", name: "other.example.com" }] }));
    asked.reply(forged(asked, { questions: [{ type: "A", name: asked.name.toUpperCase() }] }));
    asked.reply(forged(asked, { questions: [] }));
    // From somebody else's port: sent first, and the right answer only then.
    const stranger = createSocket("udp4");
    stranger.send(forged(asked, {}), asked.from.port, asked.from.address, () => {
      stranger.close();
      good(asked);
    });
  };
  await using upstream = await startUpstream(forging);
  await using cluster = await startTestDns([upstream]);
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["NOERROR", "example.com A 192.0.2.1"]);
});

test("every question goes out with another id and from another port", async () => {
  const seen: { readonly ids: Set<number>; readonly ports: Set<number> } = { ids: new Set(), ports: new Set() };
  await using upstream = await startUpstream((asked) => {
    seen.ids.add(asked.packet.id ?? 0);
    seen.ports.add(asked.from.port);
    good(asked);
  });
  await using cluster = await startTestDns([upstream]);
  for (let i = 0; i < 50; i++) await lookUp(cluster.server, `n${i}.example.com`);
  assert.ok(seen.ids.size > 45 && seen.ports.size > 45, `${seen.ids.size} ids, ${seen.ports.size} ports`);
});

test("a question that many ask at once goes out once", async () => {
  const waiting: Asked[] = [];
  await using upstream = await startUpstream((asked) => waiting.push(asked));
  await using cluster = await startTestDns([upstream]);
  const all = Array.from({ length: 20 }, () => lookUp(cluster.server, "example.com"));
  await eventually("the question to arrive", () => waiting.length > 0, { seconds: 5 });
  for (const asked of waiting) good(asked);
  for (const answer of await Promise.all(all)) assert.deepEqual(answer, ["NOERROR", "example.com A 192.0.2.1"]);
  assert.equal(new Set(waiting.map(({ packet }) => packet.id)).size, waiting.length);
  assert.ok(upstream.asked.length <= 4, `asked ${upstream.asked.length} times`);
});

test("a truncated answer is fetched over TCP, and cut again for who asked over UDP", async () => {
  await using upstream = await startUpstream((asked) =>
    asked.carrier === "udp"
      ? asked.reply(answering(asked, { flags: 0x0380 }))
      : asked.reply(
          answering(asked, { answers: Array.from({ length: 200 }, (_, i) => address(asked, `192.0.2.${i}`)) }),
        ),
  );
  await using cluster = await startTestDns([upstream]);
  const asked = query("large.example.com", "A");
  assert.equal((await askUdp(cluster.server, asked)).flag_tc, true);
  const [whole] = await askTcp(cluster.server, framed(asked));
  assert.equal(whole?.answers?.length, 200);
  assert.deepEqual(upstream.asked.slice(0, 2), ["udp large.example.com A", "tcp large.example.com A"]);
});

test("a resolver that doesn't understand EDNS is asked without", async () => {
  await using upstream = await startUpstream((asked) =>
    (asked.packet.additionals ?? []).length > 0
      ? asked.reply(answering(asked, { flags: 0x8181, questions: [] }))
      : good(asked),
  );
  await using cluster = await startTestDns([upstream]);
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["NOERROR", "example.com A 192.0.2.1"]);
});

test('somebody else\'s "no such name" is told on', async () => {
  await using upstream = await startUpstream((asked) => asked.reply(answering(asked, { flags: 0x0183 })));
  await using cluster = await startTestDns([upstream]);
  assert.deepEqual(await lookUp(cluster.server, "example.com"), ["NXDOMAIN"]);
});

test("who doesn't ask for recursion gets none, and who wants everything gets nothing", async () => {
  await using upstream = await startUpstream(good);
  await using cluster = await startTestDns([upstream]);
  const unrecursive = query("example.com", "A", { flags: 0 });
  assert.deepEqual(shown(await askUdp(cluster.server, unrecursive)), ["REFUSED"]);
  const everything = encodeAsking({ id: 7, name: "example.com.", type: TYPE.ANY, withEdns: false });
  assert.deepEqual(shown(await askUdp(cluster.server, everything)), ["NOTIMP"]);
  assert.deepEqual(upstream.asked, []);
});

test("the machine's resolvers are read anew when their file changes; the server itself isn't one of them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "portolan-dns-"));
  try {
    const files = { main: join(folder, "resolv.conf"), behindStub: join(folder, "real.conf") };
    const own = [{ address: "10.96.0.10", port: 53 }];
    const upstreams = machineUpstreams(files, own);
    assert.deepEqual(await upstreams(), []);
    const become = async (text: string, expected: readonly string[]): Promise<void> => {
      await writeFile(files.main, text);
      await eventually(
        `the resolvers to be ${expected}`,
        async () => String((await upstreams()).map((it) => it.address)) === String(expected),
        { seconds: 10 },
      );
    };
    await become("nameserver 10.96.0.10\nnameserver 192.0.2.1\n", ["192.0.2.1"]);
    await writeFile(files.behindStub, "nameserver 192.0.2.7\nnameserver 10.96.0.10\n");
    await become("nameserver 127.0.0.53\n", ["192.0.2.7"]);
    await become("nameserver 10.96.0.10\n", []);
  } finally {
    await rm(folder, { recursive: true });
  }
});
