import assert from "node:assert/strict";
import { test } from "node:test";
import { readSecretClaims, showSecretClaims } from "./secret-claims.ts";

const claims = { namespace: "shop", secret: "web-token", account: "web", accountUid: "u1" };
const shown = showSecretClaims(claims);

test("what is written into the token of a Secret is read from it", () => {
  assert.deepEqual(readSecretClaims(JSON.parse(JSON.stringify(shown))), claims);
});

for (const [what, payload] of [
  ["nothing", undefined],
  ["another issuer", { ...shown, iss: "https://kubernetes.default.svc" }],
  ["no Secret", { ...shown, "kubernetes.io/serviceaccount/secret.name": undefined }],
  ["an account that is a number", { ...shown, "kubernetes.io/serviceaccount/service-account.uid": 7 }],
  ["the name of another account", { ...shown, sub: "system:serviceaccount:shop:db" }],
] as const)
  test(`claims with ${what} are not those of a Secret`, () => assert.equal(readSecretClaims(payload), undefined));
