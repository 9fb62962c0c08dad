import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "#api/core/secret.ts";
import { informer } from "#client/informer.ts";
import { resourceClient } from "#client/resource.ts";
import { spreadTransport } from "#client/spread.ts";
import { tlsTransport } from "#client/tls-transport.ts";
import { listening } from "../server/listening.ts";

const count = 1100;

test("more watches than a connection holds are all served, and a new connection is opened only where others are full", async () => {
  await using api = await listening();
  const { certificate: cert, key } = api.client;
  const access = {
    server: `https://127.0.0.1:${api.port}`,
    ca: api.authority.certificate,
    certificate: { cert, key },
    token: undefined,
    tokenFile: undefined,
    serverName: undefined,
    insecure: false,
    namespace: "default",
  };
  let opened = 0;
  const transport = spreadTransport(() => {
    opened++;
    return tlsTransport(access);
  }, 200);
  const client = resourceClient(transport, secrets);
  for (let i = 0; i < 10; i++) await client.create("default", { metadata: { name: `s-${i}` } });
  assert.equal(opened, 1);
  const followed = Array.from({ length: count }, (_, i) =>
    informer(transport, secrets, { namespace: "default", fieldSelector: `metadata.name=s-${i}` }),
  );
  await Promise.all(followed.map((one) => one.synced()));
  const told = Promise.withResolvers<void>();
  followed[9]?.onChange((before) => {
    if (before !== undefined) told.resolve();
  });
  await client.patch("default", "s-9", { type: "merge", body: { stringData: { a: "b" } } });
  await told.promise;
  assert.ok(opened >= 6 && opened <= 12, `${opened} connections`);
  for (const one of followed) one.stop();
  transport.close();
});
