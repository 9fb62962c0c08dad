import assert from "node:assert/strict";
import { test } from "node:test";
import { type AccountClaims, accountIdentity, readClaims, showClaims, timeTrouble } from "./account-claims.ts";

const claims: AccountClaims = {
  issuer: "https://kubernetes.default.svc",
  audiences: ["api"],
  issuedAt: 1000,
  notBefore: 1000,
  expires: 4600,
  id: "7f3c",
  namespace: "shop",
  account: { name: "web", uid: "u1" },
  pod: { name: "web-0", uid: "u2" },
  node: { name: "n1", uid: "u3" },
};

test("what is written into a token is read from it", () => {
  for (const one of [claims, { ...claims, warnAfter: 2000 }, { ...claims, secret: { name: "s", uid: "u4" } }])
    assert.deepEqual(readClaims(JSON.parse(JSON.stringify(showClaims(one)))), one);
});

test("a token makes of who shows it the account, with what is known of the pod and the node", () => {
  assert.deepEqual(accountIdentity(claims), {
    user: "system:serviceaccount:shop:web",
    uid: "u1",
    groups: ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"],
    extra: {
      "authentication.kubernetes.io/credential-id": ["JTI=7f3c"],
      "authentication.kubernetes.io/node-name": ["n1"],
      "authentication.kubernetes.io/node-uid": ["u3"],
      "authentication.kubernetes.io/pod-name": ["web-0"],
      "authentication.kubernetes.io/pod-uid": ["u2"],
    },
  });
  const { pod: _, node: __, ...alone } = claims;
  assert.deepEqual(accountIdentity({ ...alone, id: "" }).extra, {});
});

const shown = showClaims(claims);
for (const [what, payload] of [
  ["nothing", undefined],
  ["a list", [shown]],
  ["no end", { ...shown, exp: undefined }],
  ["an end that is no number", { ...shown, exp: "4600" }],
  ["no word of the cluster", { ...shown, "kubernetes.io": undefined }],
  ["the name of another account", { ...shown, sub: "system:serviceaccount:shop:db" }],
  ["audiences that are no texts", { ...shown, aud: [1] }],
  ["a pod that is none", { ...shown, "kubernetes.io": { namespace: "shop", serviceaccount: claims.account, pod: 7 } }],
] as const)
  test(`claims with ${what} are no account's`, () => assert.equal(readClaims(payload), undefined));

for (const { at, trouble } of [
  { at: 939, trouble: "service account token is not valid yet" },
  { at: 940, trouble: undefined },
  { at: 4660, trouble: undefined },
  { at: 4661, trouble: "service account token has expired" },
])
  test(`at second ${at} of a token from 1000 to 4600: ${trouble ?? "it counts"}`, () => {
    assert.equal(timeTrouble(claims, at), trouble);
  });
