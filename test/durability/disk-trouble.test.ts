import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { resourceClient } from "#client/resource.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import type { Transport } from "#client/transport.ts";
import { eventually } from "../harness/eventually.ts";
import { type DiskTrouble, failingDisk } from "./failing-disk.ts";
import { mortalServer } from "./server.ts";

const collection = "/api/v1/namespaces/default/configmaps";

const create = async (transport: Transport, name: string) => {
  const body = JSON.stringify({ metadata: { name }, data: { a: "b" } });
  const headers = { "content-type": "application/json" };
  const answer = await transport.send({ method: "POST", path: collection, headers, body });
  return { code: answer.status, headers: answer.headers, status: JSON.parse(await answer.text()) };
};

async function page(transport: Transport, path: string): Promise<string> {
  const answer = await transport.send({ method: "GET", path, headers: {}, body: undefined });
  return `${answer.status} ${await answer.text()}`;
}

const rows: readonly { readonly trouble: DiskTrouble; readonly says: RegExp }[] = [
  { trouble: "ENOSPC", says: /store\.db can't be written: .*full/ },
  { trouble: "EIO", says: /store\.db can't be written: .*I\/O error/ },
  { trouble: "EROFS", says: /store\.db can't be written: / },
  { trouble: "EIO when it is to make writes last", says: /store\.db can't be written: .*I\/O error/ },
];

for (const { trouble, says } of rows)
  test(`while the disk answers ${trouble}, writes are refused with 507 and all else goes on; then they go on, and none was lost`, async (t) => {
    using disk = failingDisk();
    if (disk === undefined) return t.skip("no C compiler (cc)");
    await using server = await mortalServer(disk.variables);
    const running = server.start();
    await running.listening;
    using clients = new DisposableStack();
    const transport = clients.adopt(tlsTransport(server.access), (one) => one.close());
    const maps = resourceClient(transport, configMaps);
    const { resourceVersion } = await maps.list("default");
    const stop = new AbortController();
    clients.defer(() => stop.abort());
    const told: string[] = [];
    const watching = async (): Promise<void> => {
      for await (const event of maps.watch("default", { resourceVersion, signal: stop.signal }))
        if (event.type !== "BOOKMARK") told.push(event.object.metadata.name);
    };
    const ended = Promise.allSettled([watching()]); // its own end, or the kill's
    assert.equal((await create(transport, "before")).code, 201);

    disk.fail(trouble);
    const refusals = await Promise.all(["x", "y", "z"].map((name) => create(transport, name)));
    for (const { code, status, headers } of refusals) {
      assert.equal(code, 507);
      assert.deepEqual([status.kind, status.reason, status.code], ["Status", "InsufficientStorage", 507]);
      assert.match(status.message, says);
      assert.equal(
        headers["retry-after"],
        undefined,
        "a client that repeats it by itself would only say nothing for long",
      );
    }
    assert.match(await page(transport, `${collection}/before`), /^200 /);
    assert.match(await page(transport, `${collection}/x`), /^404 /);
    assert.equal(await page(transport, "/readyz"), "200 ok");

    disk.heal();
    assert.equal((await create(transport, "after")).code, 201);
    await eventually("the watch goes on", () => told.at(-1) === "after", { seconds: 10 });
    assert.deepEqual(told, ["before", "after"]);
    const { items } = await maps.list("default");
    await running.kill();
    await server.start().listening;
    const again = await eventually("the server is back", () => maps.list("default"), { seconds: 10 });
    assert.deepEqual(again.items, items);
    await ended;
  });
