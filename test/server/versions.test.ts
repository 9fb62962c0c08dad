import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { catalogue } from "./gadgets.ts";
import { administrator, partOf, type Served, serve } from "./served.ts";

const hub = "/apis/gadgets.example.com/v2/namespaces/default/gadgets";
const old = "/apis/old.example.com/v1beta1/namespaces/default/gadgets";
const warning = [
  '299 - "old.example.com/v1beta1 Gadget is deprecated in v1.14+, unavailable in v1.22+; use gadgets.example.com/v2 Gadget"',
];
const oldGadget = (name: string, spec: object) => ({
  apiVersion: "old.example.com/v1beta1",
  kind: "Gadget",
  metadata: { name },
  spec,
});
const patchOf = (type: string) => ({ "content-type": `application/${type}` });

async function withGadget(): Promise<Served> {
  const served = await serve({ catalogue });
  const body = oldGadget("one", { components: [{ name: "a", colour: "red" }, { name: "b" }] });
  const made = await served.send("POST", old, { body });
  assert.equal(made.status, 201, made.text);
  return served;
}

test("an object made in an old version has that version's defaults, and is the same object in the others", async () => {
  await using served = await withGadget();
  const shown = await served.send("GET", `${old}/one`);
  assert.deepEqual(
    [shown.at("apiVersion"), shown.at("spec")],
    ["old.example.com/v1beta1", { amount: 3, components: [{ name: "a", colour: "red" }, { name: "b" }], note: "of 3" }],
  );
  const stored = await served.send("GET", `${hub}/one`);
  assert.deepEqual(
    [stored.at("apiVersion"), stored.at("spec"), stored.at("metadata", "annotations")],
    [
      "gadgets.example.com/v2",
      { size: 3, parts: [{ name: "a", colour: "red" }, { name: "b" }] },
      { "old.example.com/note": "of 3" },
    ],
  );
  assert.equal(stored.at("metadata", "uid"), shown.at("metadata", "uid"));
  assert.equal((await served.send("POST", hub, { body: { metadata: { name: "one" } } })).status, 409);
  assert.equal((await served.send("DELETE", `${old}/one`)).at("status"), "Success");
  assert.equal((await served.send("GET", `${hub}/one`)).status, 404);
});

test("every request in a deprecated version is told so, and no other", async () => {
  await using served = await withGadget();
  for (const [method, path] of [
    ["GET", old],
    ["GET", `${old}/one`],
    ["DELETE", `${old}/one`],
    ["GET", `${old}/nobody`],
  ] as const)
    assert.deepEqual((await served.send(method, path)).headers.warning, warning, `${method} ${path}`);
  for (const path of [hub, hub.replace("v2", "v1")])
    assert.equal((await served.send("GET", path)).headers.warning, undefined);
});

const patches: readonly (readonly [type: string, patch: unknown])[] = [
  ["merge-patch+json", { spec: { amount: 5, note: "n" } }],
  ["strategic-merge-patch+json", { spec: { amount: 5, note: "n", components: [{ name: "c" }] } }],
  [
    "json-patch+json",
    [
      { op: "test", path: "/spec/amount", value: 3 },
      { op: "replace", path: "/spec/amount", value: 5 },
      { op: "add", path: "/spec/note", value: "n" },
    ],
  ],
];
for (const [type, body] of patches)
  test(`${type} changes the document of the version spoken`, async () => {
    await using served = await withGadget();
    const patched = await served.send("PATCH", `${old}/one`, { body, headers: patchOf(type) });
    assert.deepEqual(
      [patched.status, patched.at("apiVersion"), patched.at("spec", "amount"), patched.at("spec", "note")],
      [200, "old.example.com/v1beta1", 5, "n"],
      patched.text,
    );
    const stored = await served.send("GET", `${hub}/one`);
    assert.deepEqual(
      [stored.at("spec", "size"), stored.at("metadata", "annotations"), stored.at("metadata", "generation")],
      [5, { "old.example.com/note": "n" }, 2],
    );
  });

test("an update in an old version replaces, and a body of another version is refused", async () => {
  await using served = await withGadget();
  const put = await served.send("PUT", `${old}/one`, { body: oldGadget("one", { amount: 7 }) });
  assert.deepEqual([put.status, put.at("spec")], [200, { amount: 7, note: "of 7" }], put.text);
  const wrong = await served.send("PUT", `${hub}/one`, { body: oldGadget("one", { amount: 7 }) });
  assert.equal(
    wrong.at("message"),
    "the API version in the data (old.example.com/v1beta1) does not match the expected API version (gadgets.example.com/v2)",
  );
});

test("unknown fields and wrong types are told in the words of the version spoken", async () => {
  await using served = await withGadget();
  const strict = await served.send("POST", `${old}?fieldValidation=Strict`, { body: oldGadget("two", { size: 1 }) });
  assert.deepEqual(
    [strict.status, strict.at("message")],
    [
      400,
      'Gadget in version "old.example.com/v1beta1" cannot be handled as a Gadget: strict decoding error: unknown field "spec.size"',
    ],
  );
  const wrong = await served.send("POST", old, { body: oldGadget("two", { amount: "x" }) });
  assert.match(
    String(wrong.at("message")),
    /cannot unmarshal string into Go struct field GadgetSpec.spec.amount of type int32/,
  );
  const invalid = await served.send("POST", old, { body: oldGadget("two", { amount: 13 }) });
  assert.deepEqual(
    [invalid.status, invalid.at("message")],
    [422, 'Gadget.gadgets.example.com "two" is invalid: spec.size: Required value: thirteen is no size'],
  );
  const nobody = await served.send("GET", `${old}/nobody`);
  assert.equal(nobody.at("message"), 'gadgets.gadgets.example.com "nobody" not found');
});

test("lists and tables are of the version spoken", async () => {
  await using served = await withGadget();
  const list = await served.send("GET", old);
  assert.deepEqual(
    [list.at("kind"), list.at("apiVersion"), list.at("items", 0, "apiVersion"), list.at("items", 0, "spec", "amount")],
    ["GadgetList", "old.example.com/v1beta1", "old.example.com/v1beta1", 3],
  );
  const table = await served.send("GET", `${old}?includeObject=Object`, {
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  assert.deepEqual(
    [table.at("rows", 0, "cells", 1), table.at("rows", 0, "object", "spec", "amount")],
    [3, 3],
    table.text,
  );
});

test("watches of two versions tell each its own", async () => {
  await using served = await withGadget();
  const leaving = new AbortController();
  const api = inProcessTransport(served.server, administrator);
  const events = async (path: string) => {
    const watch = await api.send({
      method: "GET",
      path: `${path}?watch=true`,
      headers: {},
      body: undefined,
      signal: leaving.signal,
    });
    const lines = watch.lines()[Symbol.asyncIterator]();
    return async () => {
      const { value } = await lines.next();
      const event: unknown = JSON.parse(value);
      return [partOf(event, ["type"]), partOf(event, ["object", "apiVersion"]), partOf(event, ["object", "spec"])];
    };
  };
  const [ofHub, ofOld] = await Promise.all([events(hub), events(old)]);
  await Promise.all([ofHub(), ofOld()]);
  await served.send("PATCH", `${old}/one`, {
    body: { spec: { components: null, amount: 4 } },
    headers: patchOf("merge-patch+json"),
  });
  assert.deepEqual(await ofHub(), ["MODIFIED", "gadgets.example.com/v2", { size: 4 }]);
  assert.deepEqual(await ofOld(), ["MODIFIED", "old.example.com/v1beta1", { amount: 4, note: "of 3" }]);
  await served.send("DELETE", `${hub}/one`);
  assert.deepEqual((await ofHub()).slice(0, 2), ["DELETED", "gadgets.example.com/v2"]);
  assert.deepEqual((await ofOld()).slice(0, 2), ["DELETED", "old.example.com/v1beta1"]);
  leaving.abort();
});

test("a field selector names the fields of the version spoken", async () => {
  await using served = await serve();
  const path = "/api/v1/namespaces/default/events";
  for (const name of ["web", "db"])
    await served.send("POST", path, {
      body: { metadata: { name: `of-${name}` }, involvedObject: { kind: "Pod", namespace: "default", name } },
    });
  const collection = "/apis/events.k8s.io/v1/namespaces/default/events";
  const chosen = await served.send("GET", `${collection}?fieldSelector=regarding.name%3Dweb`);
  assert.deepEqual(
    [chosen.at("items", 0, "regarding", "name"), chosen.at("items", 1), chosen.at("items", 0, "apiVersion")],
    ["web", undefined, "events.k8s.io/v1"],
    chosen.text,
  );
  const named = await served.send("GET", `${collection}?fieldSelector=metadata.name%3Dof-db`);
  assert.deepEqual([named.at("items", 0, "metadata", "name"), named.at("items", 1)], ["of-db", undefined]);
  const refused = await served.send("GET", `${collection}?fieldSelector=involvedObject.name%3Dweb`);
  assert.deepEqual([refused.status, refused.at("message")], [400, "field label not supported: involvedObject.name"]);
});

test("discovery tells every version, the preferred one first, old groups last, short names once", async () => {
  await using served = await serve({ catalogue });
  const groups = (await served.send("GET", "/apis")).at("groups");
  assert(Array.isArray(groups));
  const names = groups.map((one) => partOf(one, ["name"]));
  assert.equal(names.at(-1), "old.example.com");
  assert(names.indexOf("gadgets.example.com") < names.indexOf("extensions"));
  const group = await served.send("GET", "/apis/gadgets.example.com");
  assert.deepEqual(
    [group.at("versions", 0, "version"), group.at("versions", 1, "version"), group.at("preferredVersion", "version")],
    ["v2", "v1", "v2"],
  );
  const resources = await served.send("GET", "/apis/old.example.com/v1beta1");
  assert.deepEqual(
    [resources.at("resources", 0, "name"), resources.at("resources", 0, "shortNames")],
    ["gadgets", undefined],
  );
  assert.equal(resources.at("resources", 1, "name"), "gadgets/status");
  const newest = await served.send("GET", "/apis/gadgets.example.com/v2");
  assert.deepEqual(newest.at("resources", 0, "shortNames"), ["gg"]);
  for (const version of ["v2", "v2beta1"]) {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    const all = await served.send("GET", "/apis", { headers: { accept } });
    const last = names.length - 1;
    assert.deepEqual(
      [all.at("items", last, "metadata", "name"), all.at("items", last, "versions", 0, "resources", 0, "responseKind")],
      ["old.example.com", { group: "old.example.com", version: "v1beta1", kind: "Gadget" }],
    );
  }
});

test("OpenAPI describes each version by its own schemas", async () => {
  await using served = await serve({ catalogue });
  const v3 = await served.send("GET", "/openapi/v3/apis/old.example.com/v1beta1");
  const [spec, gadget] = ["io.example.old.v1beta1.GadgetSpec", "io.example.old.v1beta1.Gadget"];
  assert.equal(v3.at("components", "schemas", spec, "properties", "amount", "default"), 3);
  assert.deepEqual(v3.at("components", "schemas", gadget, "x-kubernetes-group-version-kind"), [
    { group: "old.example.com", version: "v1beta1", kind: "Gadget" },
  ]);
  const v2 = await served.send("GET", "/openapi/v2");
  const path = "/apis/old.example.com/v1beta1/namespaces/{namespace}/gadgets/{name}";
  assert.deepEqual(v2.at("paths", path, "get", "responses", "200", "schema"), { $ref: `#/definitions/${gadget}` });
  const index = await served.send("GET", "/openapi/v3");
  assert.notEqual(index.at("paths", "apis/gadgets.example.com/v1"), undefined);
});
