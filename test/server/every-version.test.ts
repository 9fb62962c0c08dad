import assert from "node:assert/strict";
import { test } from "node:test";
import { builtIn } from "#api/kinds.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { collectionOf, fixture, nameFor, placeOf } from "./fixtures.ts";
import { serve } from "./served.ts";

// One suite for every version beside the stored one: a new one is tested by existing.

for (const served of builtIn.served) {
  if (served.other === undefined) continue;
  const { hub, kind } = served;
  const version = apiVersionOf(served);
  const place = placeOf(served, "one");

  // labelled, since the oldest versions give an object without labels those of its pods
  test(`${version} ${kind}: what was read in it can be put back, and nothing has changed`, async () => {
    await using api = await serve();
    const made = await api.send("POST", collectionOf(hub), { body: fixture(hub, "one", { app: "web" }) });
    assert.equal(made.status, 201, made.text);
    const read = await api.send("GET", place);
    assert.deepEqual([read.status, read.at("apiVersion"), read.at("kind")], [200, version, kind], read.text);
    const put = await api.send("PUT", `${place}?fieldValidation=Strict`, { body: read.text });
    assert.deepEqual([put.status, put.at("apiVersion")], [200, version], put.text);
    for (const field of ["spec", "status", "data", "metadata"])
      assert.deepEqual(without(put.at(field)), without(read.at(field)), field);
    const after = await api.send("GET", placeOf(hub, "one"));
    const before = JSON.parse(made.text);
    for (const field of Object.keys(before)) assert.deepEqual(without(after.at(field)), without(before[field]), field);
  });

  test(`${version} ${kind}: one made in it is the object of the other versions, and is deleted in it`, async () => {
    await using api = await serve();
    await api.send("POST", collectionOf(hub), { body: fixture(hub, "one", { app: "web" }) });
    const { metadata: _, status: __, ...wanted } = JSON.parse((await api.send("GET", place)).text);
    const name = nameFor(hub, "two");
    const made = await api.send("POST", `${collectionOf(served)}?fieldValidation=Strict`, {
      body: { ...wanted, metadata: { name } },
    });
    assert.equal(made.status, 201, made.text);
    const stored = await api.send("GET", placeOf(hub, "two"));
    assert.deepEqual(
      [stored.at("apiVersion"), stored.at("metadata", "uid")],
      [apiVersionOf(hub), made.at("metadata", "uid")],
    );
    const list = await api.send("GET", collectionOf(served));
    assert.deepEqual([list.at("kind"), list.at("apiVersion")], [`${kind}List`, version]);
    assert.equal((await api.send("DELETE", placeOf(served, "two"))).status, 200);
  });
}

/** What every write changes, and who has written. */
function without(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { managedFields: _, resourceVersion: __, ...rest } = Object(value);
  return rest;
}
