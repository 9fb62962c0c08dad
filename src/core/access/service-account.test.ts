import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceAccountGroups, serviceAccountOf, serviceAccountUser } from "./service-account.ts";

test("a service account has a user name of its own, and two groups of its kind", () => {
  assert.equal(serviceAccountUser("shop", "web"), "system:serviceaccount:shop:web");
  assert.deepEqual(serviceAccountGroups("shop"), ["system:serviceaccounts", "system:serviceaccounts:shop"]);
});

for (const { user, account } of [
  { user: "system:serviceaccount:shop:web", account: { namespace: "shop", name: "web" } },
  { user: "system:serviceaccount:shop:web.v1", account: { namespace: "shop", name: "web.v1" } },
  { user: "system:serviceaccount:shop:web:admin", account: undefined },
  { user: "system:serviceaccount:shop:", account: undefined },
  { user: "system:serviceaccount:shop", account: undefined },
  { user: "system:serviceaccount:shop.eu:web", account: undefined },
  { user: "system:serviceaccount:shop:Web", account: undefined },
  { user: "anna", account: undefined },
])
  test(`${user} is ${account === undefined ? "no service account" : JSON.stringify(account)}`, () => {
    assert.deepEqual(serviceAccountOf(user), account);
  });
