import assert from "node:assert/strict";
import { test } from "node:test";
import { type Served, serve } from "./served.ts";

const now = Date.parse("2026-06-01T12:00:00Z");
const good = {
  "token-id": "abcdef",
  "token-secret": "0123456789abcdef",
  "usage-bootstrap-authentication": "true",
  expiration: "2026-06-01T12:00:01Z",
  "auth-extra-groups": "system:bootstrappers:workers,system:bootstrappers:zone-a",
};

async function withToken(fields: object, secret: object = {}): Promise<Served> {
  const served = await serve({ now: () => now });
  const metadata = { name: "bootstrap-token-abcdef", namespace: "kube-system" };
  const body = { metadata, type: "bootstrap.kubernetes.io/token", stringData: { ...good, ...fields }, ...secret };
  const made = await served.send("POST", "/api/v1/namespaces/kube-system/secrets", { body });
  assert.equal(made.status, 201, made.text);
  return served;
}

const ask = (served: Served, authorization: string, path = "/api/v1/nodes") =>
  served.send("GET", path, { identity: undefined, headers: { authorization } });

test("who has a token is a newcomer, with the groups that its Secret names", async () => {
  await using served = await withToken({});
  const refused = await ask(served, "Bearer abcdef.0123456789abcdef");
  assert.deepEqual(
    [refused.status, refused.at("message")],
    [
      403,
      'nodes is forbidden: User "system:bootstrap:abcdef" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
  );
  const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
  assert.equal((await ask(served, "bearer abcdef.0123456789abcdef", csrs)).status, 200);
});

const refusals: readonly (readonly [
  what: string,
  fields: object,
  authorization?: string | undefined,
  secret?: object,
])[] = [
  ["another secret", {}, "Bearer abcdef.0123456789abcdee"],
  ["another id", {}, "Bearer abcdeg.0123456789abcdef"],
  ["a part of the secret", {}, "Bearer abcdef.0123456789abcde"],
  ["more than a token", {}, "Bearer abcdef.0123456789abcdef x"],
  ["an id that climbs", {}, "Bearer ../abc.0123456789abcdef"],
  ["capitals", {}, "Bearer ABCDEF.0123456789abcdef"],
  ["an unsigned token of another kind", {}, `Bearer ${btoa('{"alg":"none"}')}.${btoa('{"sub":"admin"}')}.`],
  ["a long token", {}, `Bearer ${"x".repeat(50_000)}`],
  ["another scheme", {}, "Basic YWRtaW46YWRtaW4="],
  ["an empty scheme", {}, "Bearer"],
  ["one that has ended", { expiration: "2026-06-01T12:00:00Z" }],
  ["one whose end can't be read", { expiration: "tomorrow" }],
  ["one that is not for this", { "usage-bootstrap-authentication": "false" }],
  ["one that says another id of itself", { "token-id": "ghijkl" }],
  ["one with a group of its own choice", { "auth-extra-groups": "system:masters" }],
  ["a Secret of another type", {}, undefined, { type: "Opaque" }],
  ["a Secret without a secret", { "token-secret": "" }],
];
for (const [what, fields, authorization = "Bearer abcdef.0123456789abcdef", secret] of refusals)
  test(`401, without a reason: ${what}`, async () => {
    await using served = await withToken(fields, secret);
    const told = await ask(served, authorization);
    assert.deepEqual([told.status, told.at("message"), told.at("details")], [401, "Unauthorized", undefined]);
  });

test("a token is refused at documents that anybody may read, too", async () => {
  await using served = await withToken({});
  assert.equal((await ask(served, "Bearer abcdef.ffffffffffffffff", "/version")).status, 401);
  assert.equal((await served.send("GET", "/version", { identity: undefined })).status, 200);
});

test("a token ends with its Secret", async () => {
  await using served = await withToken({});
  await served.send("DELETE", "/api/v1/namespaces/kube-system/secrets/bootstrap-token-abcdef");
  assert.equal((await ask(served, "Bearer abcdef.0123456789abcdef")).status, 401);
});
