import assert from "node:assert/strict";
import { test } from "node:test";
import { partOf, serve } from "./served.ts";

const now = Date.parse("2026-11-21T00:00:00Z");
const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

const documents: readonly (readonly [path: string, accept: string, caching: string])[] = [
  ["/api", aggregated, "public"],
  ["/apis", aggregated, "public"],
  ["/api", "application/json", "no-cache, private"],
  ["/apis", "application/json", "no-cache, private"],
  ["/apis/apps", "application/json", "no-cache, private"],
  ["/apis/apps/v1", "application/json", "no-cache, private"],
  ["/openapi/v2", "application/json", "no-cache, private"],
  ["/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf", "no-cache, private"],
  ["/openapi/v3", "application/json", "no-cache, private"],
  ["/openapi/v3/apis/apps/v1", "application/json", "no-cache, private"],
];
for (const [path, accept, caching] of documents)
  test(`${path} as ${accept.slice(0, 40)} is told once to who names its hash`, async () => {
    await using served = await serve();
    const first = await served.send("GET", path, { headers: { accept } });
    const { etag, vary, "cache-control": control } = first.headers;
    assert.deepEqual([first.status, vary, control], [200, "Accept", caching]);
    assert.match(String(etag), /^"[0-9A-F]{128}"$/);
    for (const known of [String(etag), `"other", ${etag}`, `W/${etag}`]) {
      const again = await served.send("GET", path, { headers: { accept, "if-none-match": known } });
      assert.deepEqual([again.status, again.text, again.headers.etag], [304, "", etag], known);
    }
    const other = await served.send("GET", path, { headers: { accept, "if-none-match": '"other"' } });
    assert.equal(other.status, 200);
  });

test("a document of OpenAPI v3 is kept for ever under its hash, and has moved from under an old one", async () => {
  await using served = await serve({ now: () => now });
  const index = JSON.parse((await served.send("GET", "/openapi/v3")).text);
  const url = String(partOf(index, ["paths", "apis/apps/v1", "serverRelativeURL"]));
  const kept = await served.send("GET", url);
  assert.deepEqual(
    [kept.status, kept.headers["cache-control"], kept.headers.expires],
    [200, "public, immutable", "Sun, 21 Nov 2027 00:00:00 GMT"],
  );
  assert.equal(new URL(url, "https://api").searchParams.get("hash"), String(kept.headers.etag).slice(1, -1));
  const moved = await served.send("GET", "/openapi/v3/apis/apps/v1?hash=OLD");
  assert.deepEqual([moved.status, moved.headers.location], [301, url]);
  assert.equal((await served.send("GET", "/openapi/v3/apis/nowhere/v1?hash=OLD")).status, 404);
});

test("an object is kept by nobody on the way", async () => {
  await using served = await serve();
  for (const path of ["/api/v1/namespaces/default", "/api/v1/namespaces/nobody", "/healthz"])
    assert.equal((await served.send("GET", path)).headers["cache-control"], "no-cache, private", path);
});

const unreadable: readonly (readonly [method: string, type: string, message: string])[] = [
  [
    "POST",
    "text/plain",
    "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  ],
  [
    "PATCH",
    "application/json",
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml",
  ],
];
for (const [method, type, message] of unreadable)
  test(`${method} of ${type} is refused with what could be read`, async () => {
    await using served = await serve();
    const path = `/api/v1/namespaces/default/configmaps${method === "POST" ? "" : "/a"}`;
    await served.send("POST", "/api/v1/namespaces/default/configmaps", { body: { metadata: { name: "a" } } });
    const refused = await served.send(method, path, { body: "x", headers: { "content-type": type } });
    assert.deepEqual(
      [refused.status, refused.at("reason"), refused.at("message")],
      [415, "UnsupportedMediaType", message],
    );
  });

test("a watch that nobody can read is refused with what could be", async () => {
  await using served = await serve();
  const headers = { accept: "text/plain" };
  const refused = await served.send("GET", "/api/v1/namespaces?watch=true", { headers });
  assert.deepEqual(
    [refused.status, refused.at("message")],
    [
      406,
      "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
    ],
  );
});
