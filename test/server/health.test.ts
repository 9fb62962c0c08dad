import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./served.ts";

const nobody = { identity: undefined };

const pages = [
  { path: "/healthz", says: "ok" },
  { path: "/livez", says: "ok" },
  { path: "/readyz", says: "ok" },
  { path: "/livez/ping", says: "ok" },
  { path: "/readyz/etcd", says: "ok" },
  { path: "/livez?verbose", says: "[+]ping ok\n[+]etcd ok\nlivez check passed\n" },
  {
    path: "/readyz?verbose=1",
    says: "[+]ping ok\n[+]etcd ok\n[+]informer-sync ok\n[+]shutdown ok\nreadyz check passed\n",
  },
  { path: "/livez?verbose&exclude=etcd", says: "[+]ping ok\n[+]etcd excluded: ok\nlivez check passed\n" },
  {
    path: "/livez?verbose&exclude=shutdown&exclude=nothing",
    says: '[+]ping ok\n[+]etcd ok\nwarn: some health checks cannot be excluded: no matches for "nothing", "shutdown"\nlivez check passed\n',
  },
];

for (const { path, says } of pages)
  test(`whoever asks is told at ${path}, in kube-apiserver's words`, async () => {
    await using served = await serve();
    const { status, text, headers } = await served.send("GET", path, nobody);
    assert.deepEqual([status, text], [200, says]);
    assert.equal(headers["x-content-type-options"], "nosniff");
  });

test("a check that there is not is not found", async () => {
  await using served = await serve();
  assert.equal((await served.send("GET", "/livez/shutdown", nobody)).status, 404);
  assert.equal((await served.send("GET", "/readyz/none", nobody)).status, 404);
});

test("a server that shuts down lives, but is not ready, and says why", async () => {
  await using served = await serve();
  await served.server.drain();
  assert.equal((await served.send("GET", "/livez", nobody)).status, 200);
  assert.equal((await served.send("GET", "/readyz?exclude=shutdown", nobody)).status, 200);
  const ready = await served.send("GET", "/readyz", nobody);
  assert.equal(ready.status, 500);
  assert.match(ready.text, /^\[\+\]informer-sync ok\n\[-\]shutdown failed: reason withheld\nreadyz check failed\n$/m);
  const one = await served.send("GET", "/readyz/shutdown", nobody);
  assert.deepEqual([one.status, one.text], [500, "internal server error: the server is shutting down\n"]);
});

test("a server whose store is closed neither lives nor is ready", async () => {
  await using served = await serve();
  await served.store.close();
  for (const path of ["/healthz", "/livez", "/readyz"]) {
    const { status, text } = await served.send("GET", path, nobody);
    assert.equal(status, 500);
    assert.match(text, /^\[-\]etcd failed: reason withheld$/m);
  }
});
