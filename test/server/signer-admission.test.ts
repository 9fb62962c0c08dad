import assert from "node:assert/strict";
import { test } from "node:test";
import type { Identity } from "#core/access/identity.ts";
import { certificateRequest } from "./fixtures.ts";
import { type Served, serve, type Told } from "./served.ts";

const requests = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const rbac = "/apis/rbac.authorization.k8s.io/v1";
const signerName = "example.com/serving";
const identity: Identity = { user: "jane", groups: ["system:authenticated"] };

/** Jane may write requests; and what the rules say of signers. */
async function entrust(served: Served, verb: string, names: readonly string[]): Promise<void> {
  const writes = {
    apiGroups: ["certificates.k8s.io"],
    resources: [
      "certificatesigningrequests",
      "certificatesigningrequests/approval",
      "certificatesigningrequests/status",
    ],
    verbs: ["get", "update", "patch"],
  };
  const signers = { apiGroups: ["certificates.k8s.io"], resources: ["signers"], resourceNames: names, verbs: [verb] };
  const rules = names.length === 0 ? [writes] : [writes, signers];
  const role = await served.send("POST", `${rbac}/clusterroles`, { body: { metadata: { name: "jane" }, rules } });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "jane" };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "jane" }];
  const body = { metadata: { name: "jane" }, roleRef, subjects };
  const binding = await served.send("POST", `${rbac}/clusterrolebindings`, { body });
  assert.deepEqual([role.status, binding.status], [201, 201]);
  const spec = { request: certificateRequest, signerName, usages: ["client auth"] };
  assert.equal((await served.send("POST", requests, { body: { metadata: { name: "a" }, spec } })).status, 201);
}

const put = (served: Served, at: string, status: object): Promise<Told> =>
  served.send("PATCH", `${requests}/a/${at}`, {
    body: { status },
    headers: { "content-type": "application/merge-patch+json" },
    identity,
  });
const approve = (served: Served) =>
  put(served, "approval", { conditions: [{ type: "Approved", status: "True", reason: "Known" }] });
const sign = (served: Served) => {
  const certificate = Buffer.from("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n").toString("base64");
  return put(served, "status", { certificate });
};

const acts = [
  ["approve", approve],
  ["sign", sign],
] as const;

for (const [verb, act] of acts) {
  const refusals: readonly (readonly [name: string, verb: string, names: readonly string[]])[] = [
    ["whom no signer was entrusted to", verb, []],
    ["whom another signer was entrusted to", verb, ["example.com/other", "kubernetes.io/*"]],
    ["who may do something else for it", verb === "sign" ? "approve" : "sign", [signerName]],
  ];
  for (const [name, entrusted, names] of refusals)
    test(`somebody ${name} can't ${verb} requests to it`, async () => {
      await using served = await serve();
      await entrust(served, entrusted, names);
      const told = await act(served);
      assert.deepEqual(
        [told.status, told.at("message")],
        [
          403,
          `certificatesigningrequests.certificates.k8s.io "a" is forbidden: user not permitted to ${verb} requests with signerName "${signerName}"`,
        ],
      );
    });
  for (const name of [signerName, "example.com/*"])
    test(`somebody whom ${name} was entrusted to can ${verb} requests to it`, async () => {
      await using served = await serve();
      await entrust(served, verb, [name]);
      const told = await act(served);
      assert.equal(told.status, 200, told.text);
    });
}

test("a condition that nothing rests on needs the signer's right too, and labels don't", async () => {
  await using served = await serve();
  await entrust(served, "approve", []);
  const failed = await put(served, "status", { conditions: [{ type: "Failed", status: "True", reason: "Broken" }] });
  assert.equal(failed.status, 403);
  const labelled = await served.send("PATCH", `${requests}/a/status`, {
    body: { metadata: { labels: { a: "b" } } },
    headers: { "content-type": "application/merge-patch+json" },
    identity,
  });
  assert.equal(labelled.status, 200, labelled.text);
});
