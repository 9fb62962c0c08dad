import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { eventually } from "../harness/eventually.ts";
import { findProgram } from "../harness/programs.ts";
import { administrator, type Served, serve } from "./served.ts";

const maps = "/api/v1/namespaces/default/configmaps";

async function metricsOf({ send }: Served): Promise<string> {
  return (await send("GET", "/metrics")).text;
}

/** The value of the one series whose labels are these, whatever else it has. */
function seriesAt(text: string, name: string, labels: Readonly<Record<string, string>>): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
  assert.ok(lines.length < 2, lines.join("\n"));
  return lines[0] === undefined ? undefined : Number(lines[0].split(" ").at(-1));
}

const body = (name: string) => ({ body: { metadata: { name }, data: { a: "b" } } });

const rows = [
  {
    method: "POST",
    path: maps,
    sent: body("new"),
    counted: { verb: "POST", resource: "configmaps", dry_run: "", scope: "resource", code: "201" },
  },
  {
    method: "POST",
    path: `${maps}?dryRun=All`,
    sent: body("dry"),
    counted: { verb: "POST", dry_run: "All", code: "201" },
  },
  { method: "GET", path: `${maps}/there`, sent: {}, counted: { verb: "GET", scope: "resource", code: "200" } },
  { method: "HEAD", path: `${maps}/there`, sent: {}, counted: { verb: "GET", scope: "resource", code: "200" } },
  { method: "GET", path: maps, sent: {}, counted: { verb: "LIST", scope: "namespace", code: "200" } },
  {
    method: "GET",
    path: "/api/v1/configmaps",
    sent: {},
    counted: { verb: "LIST", scope: "cluster", resource: "configmaps" },
  },
  { method: "DELETE", path: maps, sent: {}, counted: { verb: "DELETECOLLECTION", scope: "namespace", code: "200" } },
  { method: "DELETE", path: `${maps}/none`, sent: {}, counted: { verb: "DELETE", scope: "resource", code: "404" } },
  {
    method: "GET",
    path: maps,
    sent: { identity: { user: "jane", groups: [] } },
    counted: { verb: "LIST", resource: "configmaps", code: "403" },
  },
  {
    method: "GET",
    path: "/apis/apps/v1/namespaces/default/deployments/none/scale",
    sent: {},
    counted: { verb: "GET", group: "apps", resource: "deployments", subresource: "scale", code: "404" },
  },
  { method: "GET", path: "/livez?verbose", sent: {}, counted: { verb: "GET", subresource: "/livez", code: "200" } },
  { method: "GET", path: "/api/v1/no-such-things", sent: {}, counted: { verb: "other", resource: "", code: "404" } },
  { method: "BREW", path: `${maps}/there`, sent: {}, counted: { verb: "other", resource: "configmaps", code: "405" } },
] as const;

for (const { method, path, sent, counted } of rows)
  test(`${method} ${path} is counted as ${Object.values(counted).join(" ")}`, async () => {
    await using served = await serve();
    await served.send("POST", maps, body("there"));
    const seen = async () => seriesAt(await metricsOf(served), "apiserver_request_total", counted) ?? 0;
    const before = await seen();
    await served.send(method, path, sent);
    assert.equal(await seen(), before + 1);
  });

test("whatever strangers ask for, the series do not grow in number", async () => {
  await using served = await serve();
  const seriesOf = async () => (await metricsOf(served)).split("\n").length;
  await served.send("GET", "/x0");
  await seriesOf();
  const before = await seriesOf();
  for (let i = 1; i < 50; i++) {
    await served.send("GET", `/x${i}`);
    await served.send("GET", `/api/v1/namespaces/default/things${i}`);
    await served.send(`VERB${i}`, `/x${i}`);
  }
  assert.ok((await seriesOf()) <= before + 3 * 26, "one more code of strays each");
});

test("a watch is long-running while it lasts, its events are counted, and it counts as a request when it ends", async () => {
  await using served = await serve();
  const transport = inProcessTransport(served.server, administrator);
  const stop = new AbortController();
  const request = {
    method: "GET",
    path: `${maps}?watch=true`,
    headers: {},
    body: undefined,
    signal: stop.signal,
  } as const;
  const answer = await transport.send(request);
  const lines = answer.lines()[Symbol.asyncIterator]();
  await served.send("POST", maps, body("seen"));
  // The ConfigMaps that every namespace has may have come before.
  await lines.next();
  const labels = { verb: "WATCH", resource: "configmaps", scope: "namespace" };
  const during = await metricsOf(served);
  assert.equal(seriesAt(during, "apiserver_longrunning_requests", labels), 1);
  assert.ok((seriesAt(during, "apiserver_watch_events_total", { resource: "configmaps" }) ?? 0) > 0);
  assert.equal(seriesAt(during, "apiserver_request_total", labels), undefined);
  stop.abort();
  await eventually(
    "the watch has ended",
    async () => {
      const after = await metricsOf(served);
      assert.equal(seriesAt(after, "apiserver_longrunning_requests", labels), 0);
      assert.equal(seriesAt(after, "apiserver_request_total", labels), 1);
      return true;
    },
    { seconds: 5 },
  );
});

test("what is stored is told by resource, as is how long the store took", async () => {
  await using served = await serve();
  for (const name of ["a", "b", "c"]) await served.send("POST", maps, body(name));
  const text = await metricsOf(served);
  const stored = seriesAt(text, "apiserver_resource_objects", { group: "", resource: "configmaps" }) ?? 0;
  assert.equal(seriesAt(text, "apiserver_storage_objects", { resource: "configmaps" }), stored);
  assert.ok(stored >= 3);
  assert.equal(seriesAt(text, "apiserver_storage_objects", { resource: "deployments.apps" }), 0);
  const created = seriesAt(text, "etcd_request_duration_seconds_count", {
    operation: "create",
    resource: "configmaps",
  });
  assert.ok((created ?? 0) >= 3);
});

test("Prometheus' own check has nothing to say against it", async (t) => {
  const promtool = findProgram("promtool", "prometheus");
  if (promtool === undefined) return t.skip("promtool (Debian's prometheus) is not installed");
  await using served = await serve();
  for (const { method, path, sent } of rows) await served.send(method, path, sent);
  const { status, stdout, stderr } = spawnSync(promtool, ["check", "metrics"], {
    input: await metricsOf(served),
    encoding: "utf8",
  });
  assert.equal(`${stdout}${stderr}`, "");
  assert.equal(status, 0);
});
