import assert from "node:assert/strict";
import { test } from "node:test";
import { reviews } from "#api/kinds.ts";
import { readObject } from "#machinery/decode.ts";
import { openEnvelope, sealEnvelope } from "#machinery/envelope.ts";
import { apiVersionOf } from "#machinery/kind.ts";
import { decodeProtobuf, encodeProtobuf } from "#machinery/protobuf.ts";
import type { AnyReview } from "#machinery/review.ts";
import { heldBody } from "#server/exchange.ts";
import { administrator, partOf, type Served, serve } from "./served.ts";

// One suite for every kind that is asked and answered: a new one is tested by existing.

/** The least that each takes, beside its metadata. */
const questions: Readonly<Record<string, object>> = {
  localsubjectaccessreviews: {
    spec: { user: "anna", resourceAttributes: { namespace: "default", verb: "get", resource: "pods" } },
  },
  selfsubjectaccessreviews: { spec: { resourceAttributes: { verb: "get", resource: "pods" } } },
  selfsubjectreviews: {},
  selfsubjectrulesreviews: { spec: { namespace: "default" } },
  subjectaccessreviews: { spec: { user: "anna", nonResourceAttributes: { path: "/metrics", verb: "get" } } },
  tokenreviews: { spec: { token: "made.up" } },
};
const questionOf = (review: AnyReview): object => ({
  apiVersion: apiVersionOf(review),
  kind: review.kind,
  ...(questions[review.plural] ?? assert.fail(`no question for ${review.plural}`)),
});

const placeOf = (review: AnyReview): string =>
  `/apis/${apiVersionOf(review)}${review.scope === "Namespaced" ? "/namespaces/default" : ""}/${review.plural}`;

const protobuf = "application/vnd.kubernetes.protobuf";

/** What can be done with every one of them, whatever it asks. */
const behaviours: Readonly<Record<string, (served: Served, review: AnyReview) => Promise<void>>> = {
  "is answered with what was asked, and is kept nowhere": async ({ send, store }, review) => {
    const before = await store.revision();
    for (const query of ["", "?dryRun=All&fieldValidation=Strict&fieldManager=me"]) {
      const told = await send("POST", `${placeOf(review)}${query}`, { body: questionOf(review) });
      assert.equal(told.status, 201, told.text);
      assert.deepEqual([told.at("apiVersion"), told.at("kind")], [apiVersionOf(review), review.kind]);
      assert.equal(typeof told.at("status"), "object", told.text);
    }
    assert.equal(await store.revision(), before);
  },
  "can be created, and nothing else": async ({ send }, review) => {
    for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
      const told = await send(method, placeOf(review), { headers: { "content-type": "application/json" }, body: {} });
      assert.deepEqual([told.status, told.at("reason")], [405, "MethodNotAllowed"], `${method} ${told.text}`);
      assert.equal((await send(method, `${placeOf(review)}/one`)).status, 404, method);
    }
    assert.equal((await send("GET", `${placeOf(review)}?watch=true`)).status, 405);
    assert.equal((await send("POST", `${placeOf(review)}/one/status`, { body: questionOf(review) })).status, 404);
    const elsewhere =
      review.scope === "Namespaced"
        ? `/apis/${apiVersionOf(review)}/${review.plural}`
        : `/apis/${apiVersionOf(review)}/namespaces/default/${review.plural}`;
    assert.equal((await send("POST", elsewhere, { body: questionOf(review) })).status, 404);
  },
  "is told of by both forms of discovery, with one verb": async ({ send }, review) => {
    const { group, version, kind, plural, singular, scope } = review;
    const list = await send("GET", `/apis/${group}/${version}`);
    assert.deepEqual(
      JSON.parse(list.text).resources.filter(({ name }: { readonly name: string }) => name === plural),
      [{ name: plural, singularName: singular, namespaced: scope === "Namespaced", kind, verbs: ["create"] }],
    );
    const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    const all = JSON.parse((await send("GET", "/apis", { headers: { accept } })).text);
    const found = all.items.find((one: unknown) => partOf(one, ["metadata", "name"]) === group);
    const resources = found.versions.find((one: unknown) => partOf(one, ["version"]) === version).resources;
    assert.deepEqual(
      resources.filter(({ resource }: { readonly resource: string }) => resource === plural),
      [
        {
          resource: plural,
          responseKind: { group, version, kind },
          scope: scope === "Namespaced" ? "Namespaced" : "Cluster",
          singularResource: singular,
          verbs: ["create"],
        },
      ],
    );
  },
  "is described by OpenAPI with that one operation, and has no list": async ({ send }, review) => {
    const { group, version, kind } = review;
    const { paths, components } = JSON.parse((await send("GET", `/openapi/v3/apis/${group}/${version}`)).text);
    const place = placeOf(review).replace("/default/", "/{namespace}/");
    assert.deepEqual(Object.keys(paths[place]).toSorted(), ["parameters", "post"]);
    assert.deepEqual(
      Object.keys(paths).filter((one) => one.startsWith(`${place}/`)),
      [],
    );
    const names = Object.keys(components.schemas);
    assert.equal(names.filter((one) => one.endsWith(`.${kind}`)).length, 1);
    assert.equal(names.filter((one) => one.endsWith(`.${kind}List`)).length, 0);
  },
  "is asked and answered in protobuf as in JSON": async ({ server, send }, review) => {
    const { type } = review;
    const names = { apiVersion: apiVersionOf(review), kind: review.kind };
    const read = readObject({ type }, questionOf(review));
    assert(read.kind === "read");
    const body = sealEnvelope({ ...names, raw: encodeProtobuf(type, read.object) });
    const headers = { accept: protobuf, "content-type": protobuf };
    const request = { method: "POST", url: placeOf(review), headers, ...heldBody(body) };
    const answer = await server.handle(request, administrator);
    assert(answer.kind === "whole");
    assert.equal(answer.status, 201);
    const { raw, ...said } = openEnvelope(Buffer.from(answer.body));
    assert.deepEqual(said, names);
    const told = await send("POST", placeOf(review), { body: questionOf(review) });
    const again = readObject({ type }, decodeProtobuf(type, raw));
    assert(again.kind === "read");
    const timeless = (value: unknown) => JSON.parse(JSON.stringify(value).replace(/"creationTimestamp":"[^"]*"/, ""));
    assert.deepEqual(timeless(again.object), timeless(readRest(type, JSON.parse(told.text))));
  },
  "is asked in YAML": async ({ send }, review) => {
    const headers = { "content-type": "application/yaml" };
    const told = await send("POST", placeOf(review), { headers, body: JSON.stringify(questionOf(review)) });
    assert.equal(told.status, 201, told.text);
  },
  "is refused where it has a field that doesn't exist, or is something else": async ({ send }, review) => {
    const body = { ...questionOf(review), speck: 1 };
    const strict = await send("POST", `${placeOf(review)}?fieldValidation=Strict`, { body });
    assert.equal(strict.status, 400, strict.text);
    assert.match(String(strict.at("message")), /strict decoding error: unknown field "speck"$/);
    const other = await send("POST", placeOf(review), { body: { ...body, kind: "Service" } });
    assert.equal(other.status, 400, other.text);
    assert.equal((await send("POST", placeOf(review), { body: "{" })).status, 400);
    const odd = await send("POST", placeOf(review), { body: "x", headers: { "content-type": "text/plain" } });
    assert.equal(odd.status, 415);
    assert.equal((await send("POST", placeOf(review), { identity: undefined, body })).status, 401);
  },
};

function readRest(type: AnyReview["type"], json: unknown): unknown {
  const { apiVersion: _, kind: __, ...rest } = Object(json);
  const read = readObject({ type }, rest);
  return read.kind === "read" ? read.object : assert.fail(read.message);
}

for (const review of reviews)
  for (const [name, behaves] of Object.entries(behaviours))
    test(`${apiVersionOf(review)} ${review.kind} ${name}`, async () => {
      await using served = await serve();
      await behaves(served, review);
    });

test("every kind that is asked and answered has a question here", () =>
  assert.deepEqual([...new Set(reviews.map(({ plural }) => plural))].toSorted(), Object.keys(questions).toSorted()));
