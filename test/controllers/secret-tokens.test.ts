import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets } from "#api/core/secret.ts";
import { serviceAccounts } from "#api/core/service-account.ts";
import { eventually } from "../harness/eventually.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const asked = (name: string, account: string) => ({
  metadata: { name, annotations: { "kubernetes.io/service-account.name": account } },
  type: "kubernetes.io/service-account-token",
});

async function tokenIn(cluster: Cluster, name: string): Promise<string> {
  const client = cluster.of(secrets);
  const field = await eventually("a token", async () => (await client.get("default", name)).data?.token || undefined, {
    seconds: 10,
  });
  return Buffer.from(field, "base64").toString();
}

const whoAmI = ({ served }: Cluster, token: string) =>
  served.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    body: {},
    identity: undefined,
    headers: { authorization: `Bearer ${token}` },
  });

test("a Secret that asks for a token of an account gets one, which counts as long as it stands there", async () => {
  await using cluster = await startCluster();
  const account = await cluster.of(serviceAccounts).create("default", { metadata: { name: "web" } });
  await cluster.of(secrets).create("default", asked("web-token", "web"));
  const token = await tokenIn(cluster, "web-token");
  const { data, metadata } = await cluster.of(secrets).get("default", "web-token");
  assert.deepEqual(
    [data?.["ca.crt"], data?.namespace, metadata.annotations?.["kubernetes.io/service-account.uid"]],
    [btoa("the certificate"), btoa("default"), account.metadata.uid],
  );
  const told = await whoAmI(cluster, token);
  assert.deepEqual(told.at("status", "userInfo"), {
    username: "system:serviceaccount:default:web",
    uid: account.metadata.uid,
    groups: ["system:serviceaccounts", "system:serviceaccounts:default", "system:authenticated"],
  });
  await cluster.of(secrets).patch("default", "web-token", { type: "merge", body: { data: { token: null } } });
  await eventually("another token", async () => (await tokenIn(cluster, "web-token")) !== token, { seconds: 10 });
  assert.equal((await whoAmI(cluster, token)).status, 401);
  assert.equal((await whoAmI(cluster, await tokenIn(cluster, "web-token"))).status, 201);
  await cluster.of(secrets).delete("default", "web-token");
  assert.equal((await whoAmI(cluster, token)).status, 401);
});

test("a Secret of an account that isn't there goes, and with an account its Secrets", async () => {
  await using cluster = await startCluster();
  const isGone = (name: string) => () =>
    cluster
      .of(secrets)
      .get("default", name)
      .then(
        () => false,
        () => true,
      );
  await cluster.of(secrets).create("default", asked("none", "nobody"));
  await eventually("the Secret is deleted", isGone("none"), { seconds: 10 });
  await cluster.of(serviceAccounts).create("default", { metadata: { name: "web" } });
  await cluster.of(secrets).create("default", asked("web-token", "web"));
  const token = await tokenIn(cluster, "web-token");
  await cluster.of(serviceAccounts).delete("default", "web");
  assert.equal((await whoAmI(cluster, token)).status, 401);
  await eventually("the account's Secret is deleted", isGone("web-token"), { seconds: 10 });
});
