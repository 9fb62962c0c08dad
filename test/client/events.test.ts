import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { events } from "#api/core/event.ts";
import { eventRecorder, referenceTo } from "#client/events.ts";
import { resourceClient } from "#client/resource.ts";
import { type Transport, Unreachable } from "#client/transport.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";

/** A recorder with a clock of the test's own, and what it has written so far. */
async function recording() {
  const served = await serve();
  const direct = inProcessTransport(served.server, administrator);
  const gate = Promise.withResolvers<void>();
  const server = { holds: false, isAway: false };
  const transport: Transport = {
    async send(request) {
      if (server.holds) await gate.promise;
      if (server.isAway) throw new Unreachable("here", { cause: undefined });
      return direct.send(request);
    },
    close: direct.close,
  };
  const map = await resourceClient(transport, configMaps).create("default", {
    metadata: { name: "subject", namespace: "default" },
  });
  const clock = { ms: Date.parse("2026-01-01T00:00:00Z") };
  const recorder = eventRecorder(transport, { component: "tester", host: "node-1", now: () => clock.ms });
  const client = resourceClient(direct, events);
  return {
    clock,
    client,
    server,
    letGo: gate.resolve,
    flushed: recorder.flushed,
    subject: referenceTo(configMaps, map),
    another: () => eventRecorder(transport, { component: "another", now: () => clock.ms }),
    sayOf: (name: string) =>
      recorder.record({ ...referenceTo(configMaps, map), name, uid: name }, "Normal", {
        reason: "Waits",
        message: "For its turn",
      }),
    say: (reason: string, message: string) =>
      recorder.record(referenceTo(configMaps, map), "Normal", { reason, message }),
    written: async () => {
      await recorder.flushed();
      return (await client.list("default")).items;
    },
    async [Symbol.asyncDispose]() {
      transport.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

test("an event says what, about whom, who says it, and since when", async () => {
  await using told = await recording();
  told.say("Made", "It is there");
  const [event] = await told.written();
  assert.ok(event);
  assert.match(event.metadata.name, /^subject\.[0-9a-f]{16}$/);
  assert.deepEqual([event.type, event.reason, event.message, event.count], ["Normal", "Made", "It is there", 1]);
  assert.deepEqual(event.source, { component: "tester", host: "node-1" });
  assert.equal(event.involvedObject.kind, "ConfigMap");
  assert.equal(event.firstTimestamp, "2026-01-01T00:00:00Z");
});

test("the same again counts up; after ten minutes of silence it is a new event", async () => {
  await using told = await recording();
  for (let i = 0; i < 4; i++) {
    told.say("Tried", "No luck");
    await told.written();
    told.clock.ms += 60_000;
  }
  const [event, ...others] = await told.written();
  assert.deepEqual(others, []);
  assert.deepEqual([event?.count, event?.lastTimestamp], [4, "2026-01-01T00:03:00Z"]);
  told.clock.ms += 600_000;
  told.say("Tried", "No luck");
  assert.equal((await told.written()).length, 2);
});

test("many different messages of one reason become one event, and one object isn't talked about without end", async () => {
  await using told = await recording();
  for (let i = 0; i < 40; i++) told.say("Saw", `number ${i}`);
  const all = await told.written();
  const combined = all.filter(({ message }) => message?.startsWith("(combined from similar events): "));
  assert.equal(all.length, 11);
  assert.deepEqual(
    combined.map(({ count }) => count),
    [15],
  );
});

test("an event that somebody deleted is written anew", async () => {
  await using told = await recording();
  told.say("Tried", "No luck");
  const [event] = await told.written();
  await told.client.delete("default", event?.metadata.name ?? "");
  told.say("Tried", "No luck");
  assert.deepEqual(
    (await told.written()).map(({ count }) => count),
    [1],
  );
});

test("a server that is away costs the event alone, and the next one is written", async () => {
  await using told = await recording();
  told.server.isAway = true;
  told.say("Lost", "Nobody hears it");
  await told.flushed();
  told.server.isAway = false;
  told.say("Back", "Somebody does");
  assert.deepEqual(
    (await told.written()).map(({ reason }) => reason),
    ["Back"],
  );
});

test("no more than a thousand remarks wait for a server that doesn't answer", async () => {
  await using told = await recording();
  told.server.holds = true;
  for (let i = 0; i < 1100; i++) told.sayOf(`subject-${i}`);
  told.letGo();
  assert.equal((await told.written()).length, 1000);
});

test("what is to be said once stays one event, whoever says it again", async () => {
  await using told = await recording();
  const twice = { reason: "NotServed", message: "no such Secret", once: "00c0ffee" };
  for (const recorder of [told.another(), told.another()]) {
    recorder.record(told.subject, "Warning", twice);
    await recorder.flushed();
  }
  const seen = (await told.written()).map(({ metadata, message, count }) => [metadata.name, message, count]);
  assert.deepEqual(seen, [["subject.00c0ffee", "no such Secret", 1]]);
});
