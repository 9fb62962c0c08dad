import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { events } from "#api/core/event.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { type ApiObject, resourceClient } from "#client/resource.ts";
import { isDenial, noteRights, showHolder, showRight } from "#client/rights.ts";
import type { Transport } from "#client/transport.ts";
import type { Kind } from "#machinery/kind.ts";
import type { AnyType } from "#machinery/schema.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, type Served, serve } from "../server/served.ts";

const robot = { user: "system:serviceaccount:shop:robot", groups: ["system:authenticated"] };

/** What an account without rights is told of, and how it is given rights. */
async function noting(between: (transport: Transport) => Transport = (transport) => transport) {
  const served = await serve();
  const told: string[] = [];
  const { transport, lacking } = noteRights(between(inProcessTransport(served.server, robot)), (right) => {
    told.push(`${showHolder(right)}: ${showRight(right)}`);
  });
  return {
    of: <T extends AnyType, O extends ApiObject>(kind: Kind<T, O>) => resourceClient(transport, kind),
    told,
    lacking: () => lacking().map(showRight),
    give: (rules: readonly object[]) => give(served, rules),
    [Symbol.asyncDispose]: () => served[Symbol.asyncDispose](),
  };
}

async function give(served: Served, rules: readonly object[]): Promise<void> {
  const group = "rbac.authorization.k8s.io";
  const root = `/apis/${group}/v1`;
  const apply = async (path: string, body: object) => {
    const headers = { "content-type": "application/apply-patch+yaml" };
    const { status, text } = await served.send("PATCH", `${root}/${path}?fieldManager=test`, { body, headers });
    assert.ok(status < 300, text);
  };
  const [apiVersion, metadata] = [`${group}/v1`, { name: "robot" }];
  await apply("clusterroles/robot", { apiVersion, kind: "ClusterRole", metadata, rules });
  await apply("clusterrolebindings/robot", {
    apiVersion,
    kind: "ClusterRoleBinding",
    metadata,
    roleRef: { apiGroup: group, kind: "ClusterRole", name: "robot" },
    subjects: [{ kind: "ServiceAccount", namespace: "shop", name: "robot" }],
  });
}

const listsSecrets = [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }];
const nobody = "ServiceAccount shop/robot";
const body = { status: {} };

test("a right that is missing is told once, by who lacks it, verb, resource and namespace", async () => {
  await using noted = await noting();
  const { of, told, lacking } = noted;
  const forbidden = { code: "Forbidden" };
  for (let times = 0; times < 3; times++) {
    await assert.rejects(of(secrets).list(""), forbidden);
    await assert.rejects(of(configMaps).list("shop", { fieldSelector: `metadata.name=n${times}` }), forbidden);
    await assert.rejects(
      of(ingresses).patch("default", `i${times}`, { type: "merge", body, subresource: "status" }),
      forbidden,
    );
    await assert.rejects(of(events).create("default", { metadata: { name: "e" }, involvedObject: {} }), forbidden);
    await assert.rejects(Array.fromAsync(of(secrets).watch("", watching)), forbidden);
  }
  const all = [
    "list secrets",
    "list configmaps in the namespace shop",
    "patch ingresses.networking.k8s.io/status in the namespace default",
    "create events in the namespace default",
    "watch secrets",
  ];
  assert.deepEqual(lacking(), all);
  assert.deepEqual(
    told,
    all.map((right) => `${nobody}: ${right}`),
  );
});
const watching = { resourceVersion: "1", signal: new AbortController().signal };

test("a right that is given is missed no more, and told again when it is taken away", async () => {
  await using noted = await noting();
  const { of, told, lacking, give } = noted;
  const list = () =>
    of(secrets)
      .list("")
      .then(
        () => "allowed",
        () => "denied",
      );
  assert.equal(await list(), "denied");
  await give(listsSecrets);
  assert.equal(await list(), "allowed");
  assert.deepEqual(lacking(), []);
  await give([]);
  assert.equal(await list(), "denied");
  assert.deepEqual(told, [`${nobody}: list secrets`, `${nobody}: list secrets`]);
});

for (const { status, isKept } of [
  { status: 200, isKept: false },
  { status: 404, isKept: false },
  { status: 401, isKept: true },
  { status: 429, isKept: true },
  { status: 503, isKept: true },
])
  test(`an answer of ${status} ${isKept ? "says nothing about rights" : "shows that the right is there"}`, async () => {
    const answers: number[] = [];
    const between = (transport: Transport): Transport => ({
      ...transport,
      send: async (request) => ({ ...(await transport.send(request)), status: answers.shift() ?? 403 }),
    });
    await using noted = await noting(between);
    const { of, lacking } = noted;
    const list = () =>
      of(secrets)
        .list("")
        .then(
          () => {},
          () => {},
        );
    await list();
    answers.push(status);
    await list();
    assert.deepEqual(lacking(), isKept ? ["list secrets"] : []);
  });

test("what a quota or a pod's security refuses is no missing right", async () => {
  await using served = await serve();
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await served.send("PATCH", "/api/v1/namespaces/default", {
    body: { metadata: { labels } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  const told: unknown[] = [];
  const { transport } = noteRights(inProcessTransport(served.server, administrator), (right) => told.push(right));
  const made = resourceClient(transport, pods).create("default", {
    metadata: { name: "web" },
    spec: { hostNetwork: true, containers: [{ name: "web", image: "i" }] },
  });
  const fault = await made.then(
    () => undefined,
    (refused: unknown) => refused,
  );
  assert.match(String(fault), /violates PodSecurity/);
  assert.equal(isDenial(fault), false);
  assert.deepEqual(told, []);
});
