/** The client that Kubernetes has for Node, unmodified, over TLS. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
  type V1Deployment,
  Watch,
} from "@kubernetes/client-node";
import { builtIn } from "#api/kinds.ts";
import { eventually } from "../harness/eventually.ts";
import { type Listening, listening } from "../server/listening.ts";
import { kubeconfigFor } from "./client.ts";
import { type Way, wayTo } from "./cut.ts";

const namespace = "default";
const path = `/api/v1/namespaces/${namespace}/configmaps`;

let server: Listening;
let way: Way;
const config = new KubeConfig();
before(async () => {
  server = await listening();
  way = await wayTo(server.port);
  config.loadFromString(kubeconfigFor(server, way.port));
});
after(async () => {
  await way[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const core = () => config.makeApiClient(CoreV1Api);
const objects = () => KubernetesObjectApi.makeApiClient(config);
const configMap = (name: string, data: Readonly<Record<string, string>>, set = name): V1ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, labels: { set } },
  data: { ...data },
});

/** What the client throws, in few words: `409 Conflict`. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  const thrown: unknown = await asked.then(
    () => undefined,
    (fault: unknown) => fault,
  );
  if (!(thrown instanceof ApiException)) throw new Error(`the client threw no ApiException but ${thrown}`);
  const status: unknown = typeof thrown.body === "string" ? JSON.parse(thrown.body) : thrown.body;
  assert(typeof status === "object" && status !== null && "reason" in status && "kind" in status);
  assert.equal(status.kind, "Status");
  return `${thrown.code} ${status.reason}`;
}

test("objects are created, read, replaced and deleted", async () => {
  const made = await core().createNamespacedConfigMap({ namespace, body: configMap("life", { turn: "1" }) });
  assert.equal(made.data?.turn, "1");
  assert(made.metadata?.creationTimestamp instanceof Date);
  const replaced = await core().replaceNamespacedConfigMap({
    name: "life",
    namespace,
    body: { ...made, data: { turn: "2" } },
  });
  assert.notEqual(replaced.metadata?.resourceVersion, made.metadata.resourceVersion);
  assert.deepEqual((await core().readNamespacedConfigMap({ name: "life", namespace })).data, { turn: "2" });
  const stale = core().replaceNamespacedConfigMap({ name: "life", namespace, body: made });
  assert.equal(await refusal(stale), "409 Conflict");
  const deleted = await core().deleteNamespacedConfigMap({ name: "life", namespace, propagationPolicy: "Background" });
  assert.equal(deleted.status, "Success");
});

for (const { what, asked, told } of [
  {
    what: "an object that isn't there",
    asked: () => core().readNamespacedConfigMap({ name: "nope", namespace }),
    told: "404 NotFound",
  },
  {
    what: "one that is there already",
    asked: async () => {
      await core().createNamespacedConfigMap({ namespace, body: configMap("twice", {}) });
      return core().createNamespacedConfigMap({ namespace, body: configMap("twice", {}) });
    },
    told: "409 AlreadyExists",
  },
  {
    what: "one that isn't valid",
    asked: () =>
      core().createNamespacedService({
        namespace,
        body: { metadata: { name: "svc" }, spec: { ports: [{ port: 0 }] } },
      }),
    told: "422 Invalid",
  },
  {
    what: "a namespace that isn't there",
    asked: () => core().createNamespacedConfigMap({ namespace: "nope", body: { metadata: { name: "a" } } }),
    told: "404 NotFound",
  },
  {
    what: "a selector that can't be read",
    asked: () => core().listNamespacedConfigMap({ namespace, labelSelector: "==" }),
    told: "400 BadRequest",
  },
  {
    what: "a place that was never given to continue at",
    asked: () => core().listNamespacedConfigMap({ namespace, _continue: "nope" }),
    told: "400 BadRequest",
  },
])
  test(`${what} is a typed error: ${told}`, async () => assert.equal(await refusal(asked()), told));

test("a list in pieces has every object once", async () => {
  const names = ["p1", "p2", "p3", "p4", "p5"];
  for (const name of names) await core().createNamespacedConfigMap({ namespace, body: configMap(name, {}, "pieces") });
  const seen: (string | undefined)[] = [];
  let next: string | undefined;
  do {
    const piece = await core().listNamespacedConfigMap({
      namespace,
      labelSelector: "set=pieces",
      limit: 2,
      ...(next !== undefined && { _continue: next }),
    });
    assert(piece.items.length <= 2);
    seen.push(...piece.items.map(({ metadata }) => metadata?.name));
    next = piece.metadata?._continue || undefined;
  } while (next !== undefined);
  assert.deepEqual(seen, names);
});

test("a watch tells what has happened since a list", async () => {
  const { metadata } = await core().listNamespacedConfigMap({ namespace });
  const seen: string[] = [];
  const query = { resourceVersion: metadata?.resourceVersion, labelSelector: "set=seen" };
  const leaving = await new Watch(config).watch(
    path,
    query,
    (type, { metadata }) => seen.push(`${type} ${metadata.name}`),
    () => {},
  );
  try {
    const made = await core().createNamespacedConfigMap({ namespace, body: configMap("seen", {}) });
    await core().replaceNamespacedConfigMap({ name: "seen", namespace, body: { ...made, data: { a: "b" } } });
    await core().deleteNamespacedConfigMap({ name: "seen", namespace });
    const expected = ["ADDED seen", "MODIFIED seen", "DELETED seen"];
    await eventually(expected.join(), () => seen.length >= expected.length, { seconds: 30 });
    assert.deepEqual(seen, expected);
  } finally {
    leaving.abort();
  }
});

test("an informer knows the present state, also when its connection was cut", async () => {
  const labelSelector = "set=informed";
  const list = () => core().listNamespacedConfigMap({ namespace, labelSelector });
  const informer = makeInformer(config, path, list, labelSelector);
  const told: string[] = [];
  informer.on("add", ({ metadata }) => told.push(`add ${metadata?.name}`));
  informer.on("update", ({ metadata }) => told.push(`update ${metadata?.name}`));
  informer.on("delete", ({ metadata }) => told.push(`delete ${metadata?.name}`));
  let cuts = 0;
  let wanted = true;
  informer.on("error", () => {
    cuts++;
    if (wanted) informer.start();
  });
  const make = (name: string) => core().createNamespacedConfigMap({ namespace, body: configMap(name, {}, "informed") });
  const knows = (names: readonly string[]) =>
    eventually(
      `the informer knows ${names}`,
      () => {
        const known = informer.list(namespace).map(({ metadata }) => metadata?.name);
        return known.toSorted().join() === names.join();
      },
      { seconds: 30 },
    );
  await make("i1");
  await informer.start();
  try {
    await knows(["i1"]);
    await make("i2");
    await knows(["i1", "i2"]);
    way.cut();
    await eventually("the informer notices", () => cuts > 0, { seconds: 30 });
    await make("i3");
    await core().deleteNamespacedConfigMap({ name: "i1", namespace });
    await knows(["i2", "i3"]);
    assert.deepEqual(told, ["add i1", "add i2", "add i3", "delete i1"]);
  } finally {
    wanted = false;
    await informer.stop();
  }
});

const patched = [
  {
    type: PatchStrategy.JsonPatch,
    body: [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "portolan/echo:2" }],
    images: ["portolan/echo:2", "nginx"],
  },
  {
    type: PatchStrategy.MergePatch,
    body: { spec: { template: { spec: { containers: [{ name: "one", image: "portolan/echo:3" }] } } } },
    images: ["portolan/echo:3"],
  },
  {
    type: PatchStrategy.StrategicMergePatch,
    body: { spec: { template: { spec: { containers: [{ name: "two", image: "nginx:2" }] } } } },
    images: ["portolan/echo", "nginx:2"],
  },
];
const deployment = (name: string): V1Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: "one", image: "portolan/echo" },
          { name: "two", image: "nginx" },
        ],
      },
    },
  },
});
for (const [number, { type, body, images }] of patched.entries())
  test(`a Deployment is patched by ${type}`, async () => {
    const apps = config.makeApiClient(AppsV1Api);
    const name = `patched-${number}`;
    await apps.createNamespacedDeployment({ namespace, body: deployment(name) });
    const changed = await apps.patchNamespacedDeployment(
      { name, namespace, body },
      setHeaderOptions("Content-Type", type),
    );
    const containers = changed.spec?.template.spec?.containers ?? [];
    assert.deepEqual(containers.map(({ image }) => image).toSorted(), images.toSorted());
  });

test("what one applies at the server, another may take only by force", async () => {
  const apply = (owner: string, turn: string, force: boolean) =>
    objects().patch(configMap("owned", { turn }), undefined, undefined, owner, force, PatchStrategy.ServerSideApply);
  const owners = async () => {
    const { metadata } = await core().readNamespacedConfigMap({ name: "owned", namespace });
    return metadata?.managedFields?.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes("f:turn"));
  };
  await apply("one", "1", false);
  await apply("one", "2", false);
  assert.equal(await refusal(apply("two", "3", false)), "409 Conflict");
  await apply("two", "3", true);
  assert.deepEqual(
    (await owners())?.map(({ manager, operation }) => `${manager} ${operation}`),
    ["two Apply"],
  );
});

test("every kind in every version is found by what objects say of themselves", async () => {
  for (const { group, version, kind, hub } of builtIn.served) {
    const apiVersion = group === "" ? version : `${group}/${version}`;
    const listed = await objects().list(apiVersion, kind);
    assert.equal(listed.kind, `${kind}List`, hub.plural);
    assert.equal(listed.apiVersion, apiVersion);
  }
});
