import assert from "node:assert/strict";
import { test } from "node:test";
import { kinds } from "#api/kinds.ts";
import { type AnyKind, apiVersionOf } from "#machinery/kind.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { collectionOf, fixture, nameFor, placeOf } from "./fixtures.ts";
import { administrator, partOf, type Served, serve } from "./served.ts";

const table = { headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" } };
const metadataOnly = { headers: { accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io" } };
const patchOf = (kind: string) => ({ "content-type": `application/${kind}+json` });

/** What every kind can do, whatever it is. */
const behaviours: Readonly<Record<string, (served: Served, kind: AnyKind) => Promise<void>>> = {
  "is created with what the server alone decides": async ({ send }, kind) => {
    const made = await send("POST", collectionOf(kind), { body: fixture(kind, "one") });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual([made.at("apiVersion"), made.at("kind")], [apiVersionOf(kind), kind.kind]);
    assert.match(String(made.at("metadata", "uid")), /^[0-9a-f-]{36}$/);
    assert.match(String(made.at("metadata", "creationTimestamp")), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(made.at("metadata", "namespace"), kind.scope === "Namespaced" ? "default" : undefined);
    const again = await send("POST", collectionOf(kind), { body: fixture(kind, "one") });
    assert.deepEqual([again.status, again.at("reason")], [409, "AlreadyExists"]);
    const got = await send("GET", placeOf(kind, "one"));
    assert.equal(got.text, made.text);
  },
  "gets a name that is generated": async ({ send }, kind) => {
    const body = { ...fixture(kind, ""), metadata: { generateName: "gen-" } };
    const made = await send("POST", collectionOf(kind), { body });
    if (kind.nameRule === "ip") {
      assert.equal(made.status, 422, made.text);
      return;
    }
    assert.equal(made.status, 201, made.text);
    assert.match(String(made.at("metadata", "name")), /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  },
  "is listed, alone and with others, as objects and as a table": async ({ send }, kind) => {
    for (const name of ["b", "a"])
      await send("POST", collectionOf(kind), { body: fixture(kind, name, { of: "test" }) });
    const chosen = `${collectionOf(kind)}?labelSelector=of%3Dtest`;
    const listed = await send("GET", chosen);
    assert.deepEqual([listed.at("kind"), listed.at("apiVersion")], [`${kind.kind}List`, apiVersionOf(kind)]);
    assert.deepEqual(
      [listed.at("items", 0, "metadata", "name"), listed.at("items", 1, "metadata", "name")],
      ["a", "b"].map((name) => nameFor(kind, name)),
    );
    const everywhere = await send(
      "GET",
      `${collectionOf(kind, "")}?fieldSelector=metadata.name%3D${nameFor(kind, "b")}`,
    );
    assert.deepEqual(
      [everywhere.at("items", 0, "metadata", "name"), everywhere.at("items", 1)],
      [nameFor(kind, "b"), undefined],
    );
    const rows = await send("GET", chosen, table);
    assert.equal(rows.headers["content-type"], "application/json");
    assert.deepEqual([rows.at("kind"), rows.at("rows", 0, "object", "kind")], ["Table", "PartialObjectMetadata"]);
    const columns = rows.at("columnDefinitions");
    assert.ok(Array.isArray(columns) && columns.length === kind.columns.length);
    const partial = await send("GET", placeOf(kind, "a"), metadataOnly);
    assert.deepEqual(
      [partial.at("kind"), partial.at("metadata", "name"), partial.at("spec")],
      ["PartialObjectMetadata", nameFor(kind, "a"), undefined],
    );
  },
  "is replaced, if nobody else was faster": async ({ send }, kind) => {
    const path = placeOf(kind, "one");
    const made = await send("POST", collectionOf(kind), { body: fixture(kind, "one") });
    const version = made.at("metadata", "resourceVersion");
    const body = {
      ...Object(JSON.parse(made.text)),
      metadata: { name: nameFor(kind, "one"), resourceVersion: version, labels: { a: "b" } },
    };
    const replaced = await send("PUT", path, { body });
    assert.equal(replaced.status, 200, replaced.text);
    assert.equal(replaced.at("metadata", "uid"), made.at("metadata", "uid"));
    assert.notEqual(replaced.at("metadata", "resourceVersion"), version);
    const late = await send("PUT", path, { body: { ...body, metadata: { ...body.metadata, labels: { a: "c" } } } });
    assert.deepEqual([late.status, late.at("reason")], [409, "Conflict"]);
    const newest = replaced.at("metadata", "resourceVersion");
    const metadata = { name: nameFor(kind, "one"), resourceVersion: newest, labels: { a: "b" } };
    const same = await send("PUT", path, { body: { ...body, metadata } });
    assert.equal(same.at("metadata", "resourceVersion"), newest, "nothing changed, so nothing was written");
    assert.equal((await send("PUT", placeOf(kind, "none"), { body: fixture(kind, "none") })).status, 404);
  },
  "is patched in every way": async ({ send }, kind) => {
    const path = placeOf(kind, "one");
    await send("POST", collectionOf(kind), { body: fixture(kind, "one", { of: "test" }) });
    const ways = [
      ["merge-patch", { metadata: { labels: { merged: "1" } } }],
      ["strategic-merge-patch", { metadata: { labels: { strategic: "1" } } }],
      ["json-patch", [{ op: "add", path: "/metadata/labels/json", value: "1" }]],
    ] as const;
    for (const [way, body] of ways) {
      const patched = await send("PATCH", path, { body, headers: patchOf(way) });
      assert.equal(patched.status, 200, patched.text);
    }
    const labels = (await send("GET", path)).at("metadata", "labels");
    assert.deepEqual(
      Object.keys(Object(labels))
        .filter((one) => !one.startsWith("kubernetes.io/"))
        .toSorted(),
      ["json", "merged", "of", "strategic"],
    );
  },
  "is left alone by a dry run": async ({ send, store }, kind) => {
    const path = placeOf(kind, "one");
    const tried = await send("POST", `${collectionOf(kind)}?dryRun=All`, { body: fixture(kind, "one") });
    assert.equal(tried.status, 201, tried.text);
    assert.equal((await send("GET", path)).status, 404);
    const made = await send("POST", collectionOf(kind), { body: fixture(kind, "one") });
    const revision = await store.revision();
    const body = { metadata: { labels: { tried: "1" } } };
    const patched = await send("PATCH", `${path}?dryRun=All`, { body, headers: patchOf("merge-patch") });
    assert.equal(patched.at("metadata", "labels", "tried"), "1");
    const deleted = await send("DELETE", `${path}?dryRun=All`);
    assert.equal(deleted.status, 200, deleted.text);
    assert.equal(await store.revision(), revision);
    assert.equal((await send("GET", path)).text, made.text);
  },
  "is watched from the list on": async ({ server, send }, kind) => {
    const listed = await send("GET", collectionOf(kind));
    const path = `${collectionOf(kind)}?watch=true&resourceVersion=${String(listed.at("metadata", "resourceVersion"))}`;
    const leaving = new AbortController();
    const api = inProcessTransport(server, administrator);
    const watch = await api.send({ method: "GET", path, headers: {}, body: undefined, signal: leaving.signal });
    const made = await send("POST", collectionOf(kind), { body: fixture(kind, "one") });
    assert.equal(made.status, 201, made.text);
    await send("PATCH", placeOf(kind, "one"), {
      body: { metadata: { labels: { a: "b" } } },
      headers: patchOf("merge-patch"),
    });
    const types: unknown[] = [];
    for await (const line of watch.lines()) {
      const event: unknown = JSON.parse(line);
      assert.equal(partOf(event, ["object", "metadata", "name"]), nameFor(kind, "one"));
      types.push(partOf(event, ["type"]));
      if (types.length === 2) break;
    }
    assert.deepEqual(types, ["ADDED", "MODIFIED"]);
    leaving.abort();
  },
  "is deleted, alone and with others": async ({ send }, kind) => {
    for (const name of ["one", "two", "three"])
      await send("POST", collectionOf(kind), { body: fixture(kind, name, { of: "test" }) });
    const gone = await send("DELETE", placeOf(kind, "one"), {
      body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" },
    });
    assert.equal(gone.status, 200, gone.text);
    if (kind.kind === "Namespace") {
      assert.equal(gone.at("status", "phase"), "Terminating");
      return;
    }
    const after = await send("GET", placeOf(kind, "one"));
    assert.deepEqual(
      [after.status, after.at("reason"), after.at("details", "name")],
      [404, "NotFound", nameFor(kind, "one")],
    );
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" };
    const all = await send("DELETE", `${collectionOf(kind)}?labelSelector=of%3Dtest`, { body });
    assert.equal(all.status, 200, all.text);
    assert.deepEqual((await send("GET", `${collectionOf(kind)}?labelSelector=of%3Dtest`)).at("items"), []);
  },
};

for (const kind of kinds) {
  for (const [behaviour, check] of Object.entries(behaviours)) {
    test(`${kind.plural}: one ${behaviour}`, async () => {
      await using served = await serve();
      await check(served, kind);
    });
  }
}
