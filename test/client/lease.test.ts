import assert from "node:assert/strict";
import { test } from "node:test";
import { leases } from "#api/coordination/lease.ts";
import { configMaps } from "#api/core/config-map.ts";
import { informer } from "#client/informer.ts";
import { type HeldLease, holdLease } from "#client/lease.ts";
import { refusedFor, resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { seeded } from "../harness/seeded.ts";
import { administrator, type Served, serve } from "../server/served.ts";
import { settled, type VirtualProcess, VirtualTime } from "./virtual-time.ts";

const place = { namespace: "default", name: "leader" };
const durationMs = 15_000;
const renewMs = 5_000;

interface Candidate extends AsyncDisposable {
  readonly identity: string;
  readonly process: VirtualProcess;
  readonly lease: HeldLease;
  readonly transport: Transport;
  readonly told: readonly boolean[];
  /** Whether requests reach the server. */
  isCutOff: boolean;
}

async function candidate(served: Served, time: VirtualTime, identity: string): Promise<Candidate> {
  const process = time.process();
  const direct = inProcessTransport(served.server, administrator);
  const state = { isCutOff: false };
  const transport: Transport = {
    close: direct.close,
    async send(request) {
      await process.running();
      if (state.isCutOff) throw new Unreachable("the server", { cause: new Error("cut off") });
      const answer = await direct.send(request);
      await process.running();
      return { ...answer, lines: () => linesWhile(process, answer.lines()) };
    },
  };
  const backoff = { firstSeconds: 0.001, longestSeconds: 0.01, random: seeded(3) };
  const followed = informer(transport, leases, { namespace: place.namespace, backoff });
  await followed.synced();
  const around = { transport, leases: followed, clock: process.clock, random: seeded(7), failed: () => {} };
  const lease = holdLease({ ...place, identity, durationMs, renewMs }, around);
  const told: boolean[] = [];
  lease.onChange((isHeld) => told.push(isHeld));
  return Object.assign(state, {
    identity,
    process,
    lease,
    transport,
    told,
    async [Symbol.asyncDispose]() {
      process.resume();
      await lease.stop({ release: false });
      followed.stop();
      direct.close();
    },
  });
}

/** What is sent to a process that is stopped waits for it. */
async function* linesWhile(process: VirtualProcess, lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) {
    await process.running();
    yield line;
  }
}

const holders = (all: readonly Candidate[]): readonly string[] =>
  all.filter(({ lease }) => lease.held()).map(({ identity }) => identity);

test("one of two holds it, gives it back, and the other has it at once", async () => {
  await using served = await serve();
  const time = new VirtualTime();
  await using a = await candidate(served, time, "a");
  await settled();
  await using b = await candidate(served, time, "b");
  await time.pass(60_000, () => assert.deepEqual(holders([a, b]), ["a"]));
  const seen = await resourceClient(a.transport, leases).get(place.namespace, place.name);
  assert.deepEqual(
    [seen.spec.holderIdentity, seen.spec.leaseDurationSeconds, seen.spec.leaseTransitions],
    ["a", 15, 0],
  );
  await a.lease.stop({ release: true });
  await settled();
  assert.deepEqual([holders([a, b]), a.told, b.told, b.lease.tenure()], [["b"], [true, false], [true], 1]);
});

test("who is cut off stops acting before anybody else begins, whatever wall clocks show", async () => {
  await using served = await serve();
  const time = new VirtualTime();
  await using a = await candidate(served, time, "a");
  await settled();
  await using b = await candidate(served, time, "b");
  b.process.wallAheadMs = 3_600_000;
  await time.pass(7_000, () => {});
  a.isCutOff = true;
  let [lastOfA, firstOfB] = [0, 0];
  await time.pass(40_000, () => {
    if (a.lease.held()) lastOfA = time.nowMs;
    if (b.lease.held() && firstOfB === 0) firstOfB = time.nowMs;
  });
  assert.deepEqual([lastOfA <= 5_000 + durationMs * 0.9, firstOfB, holders([a, b])], [true, 20_000, ["b"]]);
  a.isCutOff = false;
  await time.pass(30_000, () => assert.deepEqual(holders([a, b]), ["b"]));
  assert.deepEqual(a.told, [true, false]);
});

test("a Lease that was deleted is made again by its holder, and nobody else takes it meanwhile", async () => {
  await using served = await serve();
  const time = new VirtualTime();
  await using a = await candidate(served, time, "a");
  await settled();
  await using b = await candidate(served, time, "b");
  await time.pass(6_000, () => {});
  await resourceClient(b.transport, leases).delete(place.namespace, place.name);
  await settled();
  await time.pass(60_000, () => assert.deepEqual(holders([a, b]), ["a"]));
});

for (const seed of Array.from({ length: 25 }, (_, i) => i + 1))
  test(`stopped, cut off and with jumping clocks, never two hold it, and no late write counts (${seed})`, async () => {
    await using served = await serve();
    const time = new VirtualTime();
    const random = seeded(seed);
    await using all = new AsyncDisposableStack();
    const names = ["a", "b", "c"];
    const candidates: Candidate[] = [];
    for (const identity of names) candidates.push(all.use(await candidate(served, time, identity)));
    const direct = all.adopt(inProcessTransport(served.server, administrator), (one) => one.close());
    const ledger = resourceClient(direct, configMaps);
    await ledger.create("default", { metadata: { name: "ledger", namespace: "default" }, data: { tenure: "0" } });
    const read = new Map<Candidate, Awaited<ReturnType<typeof ledger.get>>>();
    let [acts, refused] = [0, 0];
    const look = () => assert.ok(holders(candidates).length <= 1, `${holders(candidates)} at ${time.nowMs}`);
    for (let i = 0; i < 40; i++) {
      for (const one of candidates) {
        if (random() < 0.15) one.process.stop();
        else if (random() < 0.5) one.process.resume();
        one.isCutOff = random() < 0.15;
        if (random() < 0.1) one.process.wallAheadMs = (random() - 0.5) * 7_200_000;
        // Reads when it begins its tenure; writes later, even where it has been stopped in between.
        const isNew = one.lease.held() && !one.process.isStopped && read.get(one) === undefined;
        if (isNew) read.set(one, await ledger.get("default", "ledger"));
        const page = read.get(one);
        if (page === undefined || isNew || one.process.isStopped) continue;
        read.delete(one);
        const tenure = one.lease.tenure();
        const before = Number((await ledger.get("default", "ledger")).data?.tenure);
        try {
          await ledger.update({ ...page, data: { tenure: `${tenure}` } });
          acts++;
          assert.ok(tenure >= before, `tenure ${tenure} wrote after ${before}`);
        } catch (fault) {
          if (!refusedFor(fault, "Conflict")) throw fault;
          refused++;
        }
      }
      await time.pass(1_000 + random() * 8_000, look);
    }
    for (const one of candidates) {
      one.process.resume();
      one.isCutOff = false;
    }
    await time.pass(3 * durationMs, look);
    assert.equal(holders(candidates).length, 1, "when all is well again, somebody holds it");
    assert.ok(acts > 0, `${acts} acts, ${refused} refused`);
  });
