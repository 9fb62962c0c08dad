import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { builtIn } from "#api/kinds.ts";
import { createApiServer } from "#server/api-server.ts";
import { expireEvents } from "#server/event-expiry.ts";
import { heldBody } from "#server/exchange.ts";
import { StoreUnwritable } from "#store/faults.ts";
import { JournaledStore, storeDefaults } from "#store/journaled-store.ts";
import { Timeline } from "#store/timeline.ts";
import { administrator, serve, serviceRange } from "./served.ts";

const collection = "/api/v1/namespaces";

test("a disk that is full refuses writes with 507; reads go on, and writes again when there is room", async () => {
  let isFull = false;
  const commit = () => {
    if (isFull)
      throw new StoreUnwritable("store.db", { what: "the disk is full", fix: "free some space", cause: undefined });
  };
  const store = new JournaledStore(
    new Timeline([], 0),
    { commit, shrink: () => false, sizeBytes: () => 0, close: () => {} },
    storeDefaults,
  );
  const reported: unknown[] = [];
  const options = {
    gitVersion: "v1.36.0",
    serviceRanges: [serviceRange],
    nodePortRange: { first: 1, last: 2 },
    kubelet: undefined,
  };
  const chance = { uuid: randomUUID, number: () => 0 };
  const server = await createApiServer({
    catalogue: builtIn,
    store,
    now: Date.now,
    chance,
    options,
    report: (fault) => reported.push(fault),
  });
  const send = async (method: string, body: string) => {
    const headers = { "content-type": "application/json" };
    const answer = await server.handle(
      { method, url: collection, headers, ...heldBody(Buffer.from(body)) },
      administrator,
    );
    return { status: answer.status, text: answer.kind === "whole" ? String(answer.body) : "" };
  };
  assert.equal((await send("POST", '{"metadata":{"name":"a"}}')).status, 201);
  isFull = true;
  const refused = await send("POST", '{"metadata":{"name":"b"}}');
  assert.equal(refused.status, 507);
  assert.match(refused.text, /the disk is full/);
  assert.equal((await send("GET", "")).status, 200);
  assert.equal(reported.length, 1);
  isFull = false;
  assert.equal((await send("POST", '{"metadata":{"name":"b"}}')).status, 201);
  server.close();
  await store.close();
  assert.equal((await send("GET", "")).status, 503);
});

test("an Event goes an hour after it was last seen", async () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  await using served = await serve({ now: () => now - 7_200_000 });
  const events = "/api/v1/namespaces/default/events";
  const involvedObject = { kind: "Pod", name: "p", namespace: "default" };
  await served.send("POST", events, { body: { metadata: { name: "old" }, involvedObject } });
  await served.send("POST", events, {
    body: { metadata: { name: "seen-again" }, involvedObject, lastTimestamp: "2026-11-21T09:30:00Z" },
  });
  await expireEvents(served.store, now);
  const left = await served.send("GET", events);
  assert.deepEqual([left.at("items", 0, "metadata", "name"), left.at("items", 1)], ["seen-again", undefined]);
});

test("what was asked is counted, and told to administrators", async () => {
  await using served = await serve();
  await served.send("GET", "/api/v1/namespaces/default/configmaps/none");
  const told = await served.send("GET", "/metrics");
  const labels =
    'code="404",component="apiserver",dry_run="",group="",resource="configmaps",scope="resource",subresource="",verb="GET",version="v1"';
  assert.ok(told.text.includes(`\napiserver_request_total{${labels}} 1\n`), told.text);
  assert.equal((await served.send("GET", "/metrics", { identity: { user: "jane", groups: [] } })).status, 403);
});
