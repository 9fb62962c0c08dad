import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { TokenOptions } from "#server/authentication/token-issuer.ts";
import { openMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import { listening } from "./listening.ts";
import { issuer, make, newKey, ownTokens, type Served, serve, type Told } from "./served.ts";

const core = "/api/v1/namespaces/default";
const accounts = `${core}/serviceaccounts`;

const tokenOf = async (served: Served, spec: object = {}): Promise<string> =>
  String((await make(served, `${accounts}/web/token`, { spec })).at("status", "token"));

const whoAmI = (served: Served, token: string): Promise<Told> =>
  served.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    body: {},
    identity: undefined,
    headers: { authorization: `Bearer ${token}` },
  });

test("who shows a pod's token is known with the pod, the node and the token", async () => {
  await using served = await serve();
  const account = await make(served, accounts, { metadata: { name: "web" } });
  const node = await make(served, "/api/v1/nodes", { metadata: { name: "n1" } });
  const pod = await make(served, `${core}/pods`, {
    metadata: { name: "p" },
    spec: { nodeName: "n1", serviceAccountName: "web", containers: [{ name: "c", image: "i" }] },
  });
  const token = await tokenOf(served, { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } });
  const { jti } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  assert.deepEqual((await whoAmI(served, token)).at("status", "userInfo"), {
    username: "system:serviceaccount:default:web",
    uid: account.at("metadata", "uid"),
    groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
    extra: {
      "authentication.kubernetes.io/credential-id": [`JTI=${jti}`],
      "authentication.kubernetes.io/node-name": ["n1"],
      "authentication.kubernetes.io/node-uid": [node.at("metadata", "uid")],
      "authentication.kubernetes.io/pod-name": ["p"],
      "authentication.kubernetes.io/pod-uid": [pod.at("metadata", "uid")],
    },
  });
});

test("a pod that ends in order keeps its token for a minute beyond its grace period", async () => {
  let now = Date.now();
  await using served = await serve({ now: () => now });
  await make(served, accounts, { metadata: { name: "web" } });
  await make(served, `${core}/pods`, {
    metadata: { name: "p" },
    spec: { nodeName: "n1", serviceAccountName: "web", containers: [{ name: "c", image: "i" }] },
  });
  const token = await tokenOf(served, { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } });
  const going = await served.send("DELETE", `${core}/pods/p?gracePeriodSeconds=30`);
  const end = Date.parse(String(going.at("metadata", "deletionTimestamp")));
  for (const [afterMs, status] of [
    [0, 201],
    [60_000, 201],
    [61_000, 401],
  ] as const) {
    now = end + afterMs;
    assert.equal((await whoAmI(served, token)).status, status);
  }
});

test("a review tells whose a token is only to those for whom it was made", async () => {
  await using served = await serve();
  await make(served, accounts, { metadata: { name: "web" } });
  const review = async (token: string, audiences?: readonly string[]) => {
    const told = await make(served, "/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token, audiences } });
    return [told.at("status", "authenticated") ?? false, told.at("status", "audiences"), told.at("status", "error")];
  };
  const [own, vaults] = [await tokenOf(served), await tokenOf(served, { audiences: ["vault", "db"] })];
  assert.deepEqual(await review(own), [true, [issuer], undefined]);
  assert.deepEqual(await review(vaults, ["db", "x"]), [true, ["db"], undefined]);
  assert.deepEqual(await review(vaults), [
    false,
    undefined,
    `token audiences ["vault","db"] is invalid for the target audiences ["${issuer}"]`,
  ]);
  assert.deepEqual((await review(own, ["vault"]))[0], false);
  await served.send("DELETE", `${accounts}/web`);
  assert.deepEqual(await review(own), [false, undefined, 'serviceaccounts "web" not found']);
});

/** A server over the same objects, with other keys. */
const over = (store: Store, tokens: TokenOptions): Promise<Served> => serve({ store, tokens });

test("tokens of an earlier key count as long as its public half is taken, those of an earlier issuer likewise", async () => {
  const store = openMemoryStore();
  const first = newKey("P-256");
  const server = await over(store, ownTokens(first));
  await make(server, accounts, { metadata: { name: "web" } });
  const old = await tokenOf(server);
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const next = rsa.privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const publicKeys = [createPublicKey(first).export({ type: "spki", format: "pem" }).toString()];
  const moved = { issuers: ["https://other.example.com", issuer], audiences: [issuer] };

  const both = await over(store, { ...ownTokens(next), publicKeys });
  const fresh = await tokenOf(both);
  assert.equal(JSON.parse(Buffer.from(fresh.split(".")[0] ?? "", "base64url").toString()).alg, "RS256");
  const renamed = await over(store, { ...ownTokens(next), ...moved, publicKeys });
  const one = await over(store, ownTokens(next));
  for (const [which, token, status] of [
    [both, old, 201],
    [both, fresh, 201],
    [renamed, old, 201],
    [renamed, await tokenOf(renamed), 201],
    [one, fresh, 201],
    [one, old, 401],
    [one, await tokenOf(renamed), 401],
  ] as const)
    assert.equal((await whoAmI(which, token)).status, status);
  const { keys } = JSON.parse((await both.send("GET", "/openid/v1/jwks")).text);
  assert.deepEqual(
    keys.map(({ alg }: { readonly alg: string }) => alg),
    ["RS256", "ES256"],
  );
  for (const each of [server, both, renamed]) each.server.close();
  await one[Symbol.asyncDispose]();
});

test("Kubernetes' own client for Node works with a token, as far as its account's roles go", async () => {
  await using api = await listening();
  await make(api.served, accounts, { metadata: { name: "web" } });
  await make(api.served, "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", {
    metadata: { name: "web" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
    subjects: [{ kind: "ServiceAccount", name: "web", namespace: "default" }],
  });
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "test", server: `https://127.0.0.1:${api.port}`, caData: btoa(api.authority.certificate) }],
    users: [{ name: "web", token: await tokenOf(api.served) }],
    contexts: [{ name: "web", cluster: "test", user: "web" }],
    currentContext: "web",
  });
  const client = config.makeApiClient(CoreV1Api);
  assert.deepEqual((await client.listNamespacedPod({ namespace: "default" })).items, []);
  await assert.rejects(client.listNamespacedSecret({ namespace: "default" }), {
    code: 403,
    body: /User \\"system:serviceaccount:default:web\\" cannot list resource \\"secrets\\"/,
  });
});
