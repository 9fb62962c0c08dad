import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogue } from "./gadgets.ts";
import { type Served, serve, type Told } from "./served.ts";

const services = "/api/v1/namespaces/default/services";
const maps = "/api/v1/namespaces/default/configmaps";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const merge = { "content-type": "application/merge-patch+json" };
const jsonPatch = { "content-type": "application/json-patch+json" };

const apply = ({ send }: Served, path: string, body: object, query = "fieldManager=a"): Promise<Told> =>
  send("PATCH", `${path}?${query}`, { body, headers: { "content-type": "application/apply-patch+yaml" } });

const map = (data: object, more: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "m", ...more },
  data,
});
const service = (port: object) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { selector: { app: "web" }, ports: [port] },
});
const deployment = (spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { selector: { matchLabels: { app: "web" } }, ...spec },
});
const template = (...containers: readonly object[]) => ({ metadata: { labels: { app: "web" } }, spec: { containers } });

/** One line an entry: whose it is, and what it holds. */
const owners = (told: Told): readonly string[] =>
  Object.values<Readonly<Record<string, unknown>>>(Object(told.at("metadata", "managedFields"))).map(
    ({ manager, operation, subresource, fieldsV1 }) =>
      `${manager} ${operation}${subresource === undefined ? "" : ` ${subresource}`} ${JSON.stringify(fieldsV1)}`,
  );

test("an apply makes the object where there is none, and its writer owns what it named", async () => {
  await using served = await serve();
  const made = await apply(served, `${services}/web`, service({ port: 80, targetPort: 8080 }));
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(owners(made), [
    'a Apply {"f:spec":{"f:ports":{"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:targetPort":{}}},"f:selector":{}}}',
  ]);
  assert.match(String(made.at("spec", "clusterIP")), /^10\./);
  const again = await apply(served, `${services}/web`, service({ port: 80, targetPort: 8080 }));
  assert.deepEqual([again.status, again.text], [200, made.text], "nothing changed, not even a time");
});

test("a field of somebody else's is a conflict, which can be forced", async () => {
  await using served = await serve();
  const headers = { "user-agent": "kubectl/v1.33 (linux)" };
  await served.send("POST", services, { body: service({ port: 80, targetPort: 8080 }), headers });
  const refused = await apply(served, `${services}/web`, service({ port: 80, targetPort: 81 }));
  assert.deepEqual(
    [refused.status, refused.at("reason"), refused.at("message")],
    [
      409,
      "Conflict",
      'Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.ports[port=80,protocol="TCP"].targetPort',
    ],
  );
  assert.deepEqual(refused.at("details", "causes"), [
    {
      reason: "FieldManagerConflict",
      message: 'conflict with "kubectl" using v1',
      field: '.spec.ports[port=80,protocol="TCP"].targetPort',
    },
  ]);
  const same = await apply(served, `${services}/web`, service({ port: 80, targetPort: 8080 }));
  assert.equal(same.status, 200, "who wants the same owns it together with others");
  const forced = await apply(
    served,
    `${services}/web`,
    service({ port: 80, targetPort: 81 }),
    "fieldManager=a&force=true",
  );
  assert.equal(forced.at("spec", "ports", 0, "targetPort"), 81, forced.text);
  assert.equal(owners(forced).filter((one) => one.includes("f:targetPort")).length, 1);
});

test("several conflicts are told by who has set what", async () => {
  await using served = await serve();
  await apply(served, `${maps}/m`, map({ a: "1", b: "1" }), "fieldManager=one");
  await apply(served, `${maps}/m`, map({ c: "1" }), "fieldManager=two");
  const refused = await apply(served, `${maps}/m`, map({ a: "2", b: "2", c: "2" }), "fieldManager=three");
  assert.equal(
    refused.at("message"),
    'Apply failed with 3 conflicts: conflicts with "one":\n- .data.a\n- .data.b\nconflicts with "two":\n- .data.c',
  );
});

test("what an applier gives up goes, unless it is somebody else's too", async () => {
  await using served = await serve();
  await apply(served, `${maps}/m`, map({ a: "1", b: "1", c: "1" }), "fieldManager=one");
  await apply(served, `${maps}/m`, map({ b: "1" }), "fieldManager=two");
  await served.send("PATCH", `${maps}/m?fieldManager=three`, { body: { data: { d: "1" } }, headers: merge });
  const less = await apply(served, `${maps}/m`, map({ a: "1" }), "fieldManager=one");
  assert.deepEqual(less.at("data"), { a: "1", b: "1", d: "1" });
  const none = await apply(served, `${maps}/m`, { apiVersion: "v1", kind: "ConfigMap" }, "fieldManager=one");
  assert.deepEqual(none.at("data"), { b: "1", d: "1" });
  assert.deepEqual(owners(none), ['two Apply {"f:data":{"f:b":{}}}', 'three Update {"f:data":{"f:d":{}}}']);
});

test("entries of a list are told apart by their keys, and each is somebody's", async () => {
  await using served = await serve();
  const own = { name: "c", image: "i", ports: [{ containerPort: 80 }], env: [{ name: "A", value: "1" }] };
  await apply(served, `${deployments}/web`, deployment({ template: template(own) }), "fieldManager=one");
  const sidecar = { name: "s", image: "s", ports: [{ containerPort: 53, protocol: "UDP" }] };
  const both = await apply(
    served,
    `${deployments}/web`,
    deployment({ template: template(sidecar) }),
    "fieldManager=two",
  );
  const containers = both.at("spec", "template", "spec", "containers");
  assert.deepEqual(
    Object.values<{ name: string }>(Object(containers)).map(({ name }) => name),
    ["c", "s"],
    both.text,
  );
  const changed = await apply(
    served,
    `${deployments}/web`,
    deployment({ template: template({ name: "c", image: "i", ports: [{ containerPort: 81 }] }) }),
    "fieldManager=one",
  );
  const first = changed.at("spec", "template", "spec", "containers", 0);
  assert.deepEqual(
    [Object(first).ports, Object(first).env],
    [[{ containerPort: 81, protocol: "TCP" }], undefined],
    changed.text,
  );
});

test("whoever updates owns what they changed; a status is another entry", async () => {
  await using served = await serve();
  const headers = { "user-agent": "kubectl/v1.33 (linux)" };
  await served.send("POST", deployments, {
    body: deployment({ replicas: 1, template: template({ name: "c", image: "i" }) }),
    headers,
  });
  await served.send("PATCH", `${deployments}/web/status?fieldManager=controller`, {
    body: { status: { replicas: 1 }, spec: { replicas: 9 } },
    headers: merge,
  });
  const scaled = await served.send("PATCH", `${deployments}/web/scale?fieldManager=scaler`, {
    body: { spec: { replicas: 2 } },
    headers: merge,
  });
  assert.equal(scaled.status, 200, scaled.text);
  const all = owners(await served.send("GET", `${deployments}/web`));
  assert.deepEqual(
    all.filter((one) => !one.startsWith("kubectl")),
    [
      'controller Update status {"f:status":{"f:replicas":{}}}',
      'scaler Update scale {"f:spec":{"f:replicas":{}}}',
    ].toSorted(),
  );
  const [made] = all.filter((one) => one.startsWith("kubectl"));
  for (const part of [
    '{"f:spec":{"f:progressDeadlineSeconds":{},',
    '"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},',
    '"f:template":{"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"c\\"}":{".":{},"f:image":{},',
  ])
    assert.ok(made?.includes(part), `${part} in ${made}`);
});

test("a scale and a status are applied for themselves", async () => {
  await using served = await serve();
  await apply(
    served,
    `${deployments}/web`,
    deployment({ replicas: 1, template: template({ name: "c", image: "i" }) }),
    "fieldManager=one",
  );
  const scale = {
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: { name: "web", namespace: "default" },
    spec: { replicas: 5 },
  };
  const refused = await apply(served, `${deployments}/web/scale`, scale, "fieldManager=hpa");
  assert.equal(refused.at("message"), 'Apply failed with 1 conflict: conflict with "one": .spec.replicas');
  const forced = await apply(served, `${deployments}/web/scale`, scale, "fieldManager=hpa&force=true");
  assert.deepEqual([forced.at("kind"), forced.at("spec", "replicas")], ["Scale", 5], forced.text);
  const status = { ...deployment({ replicas: 7 }), status: { replicas: 3 } };
  const told = await apply(served, `${deployments}/web/status`, status, "fieldManager=ctl");
  assert.deepEqual([told.at("spec", "replicas"), told.at("status", "replicas")], [5, 3], told.text);
  assert.deepEqual(owners(told).slice(0, 2), [
    'ctl Apply status {"f:status":{"f:replicas":{}}}',
    'hpa Apply scale {"f:spec":{"f:replicas":{}}}',
  ]);
  const missing = await apply(served, `${deployments}/none/status`, status, "fieldManager=ctl");
  assert.equal(missing.status, 404, "nothing is made at a subresource");
});

const refusals: readonly (readonly [
  name: string,
  body: object | string,
  query: string,
  code: number,
  message: string,
])[] = [
  [
    "without a name for its writer",
    map({}),
    "",
    422,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  ],
  [
    "in the name of something that can't be printed",
    map({}),
    "fieldManager=a%07",
    422,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Invalid value: "a\\u0007": should only contain printable characters (found \'\\u0007\' at 1)',
  ],
  ["with entries", map({}, { managedFields: [] }), "fieldManager=a", 400, "metadata.managedFields must be nil"],
  [
    "of another kind",
    { apiVersion: "v1", kind: "Secret" },
    "fieldManager=a",
    400,
    "invalid object type: /v1, Kind=Secret",
  ],
  ["of no kind", {}, "fieldManager=a", 400, "invalid object type: /, Kind="],
  [
    "with a field that isn't there",
    { ...map({}), dada: {} },
    "fieldManager=a",
    500,
    "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .dada: field not declared in schema",
  ],
  [
    "with a value of another type",
    map({ a: 1 }),
    "fieldManager=a",
    500,
    "failed to create typed patch object (/m; /v1, Kind=ConfigMap): .data.a: expected string, got &value.valueUnstructured{Value:1}",
  ],
  [
    "to another name",
    map({}, { name: "n" }),
    "fieldManager=a",
    400,
    "the name of the object (n) does not match the name on the URL (m)",
  ],
  [
    "to another namespace",
    map({}, { namespace: "other" }),
    "fieldManager=a",
    400,
    "the namespace of the object (other) does not match the namespace on the request (default)",
  ],
  [
    "to an object that was somebody else's",
    map({}, { uid: "x" }),
    "fieldManager=a",
    409,
    'Operation cannot be fulfilled on configmaps "m": uid mismatch: the provided object specified uid x, and no existing object was found',
  ],
];
for (const [name, body, query, code, message] of refusals)
  test(`an apply is refused ${name}`, async () => {
    await using served = await serve();
    const told = await apply(served, `${maps}/m`, Object(body), query);
    assert.deepEqual([told.status, told.at("message")], [code, message]);
  });

test("an apply can be asked to see the very version that it was made for", async () => {
  await using served = await serve();
  const made = await apply(served, `${maps}/m`, map({ a: "1" }));
  const resourceVersion = made.at("metadata", "resourceVersion");
  const next = await apply(served, `${maps}/m`, map({ a: "2" }, { resourceVersion }));
  assert.equal(next.status, 200, next.text);
  const late = await apply(served, `${maps}/m`, map({ a: "3" }, { resourceVersion }));
  assert.deepEqual([late.status, late.at("reason")], [409, "Conflict"]);
});

test("what kubectl has applied from its side moves over to the server's without a conflict", async () => {
  await using served = await serve();
  const last = "kubectl.kubernetes.io/last-applied-configuration";
  const old = map({ a: "1", b: "1" });
  await served.send("POST", `${maps}?fieldManager=kubectl-client-side-apply`, {
    body: { ...old, metadata: { name: "m", annotations: { [last]: JSON.stringify(old) } } },
  });
  const stranger = await apply(served, `${maps}/m`, map({ a: "2" }), "fieldManager=stranger");
  assert.equal(stranger.status, 409, "only kubectl knows what kubectl did");
  const moved = await apply(served, `${maps}/m`, map({ a: "2", b: "1" }), "fieldManager=kubectl");
  assert.equal(moved.status, 200, moved.text);
  assert.equal(
    moved.at("metadata", "annotations", last),
    '{"apiVersion":"v1","data":{"a":"2","b":"1"},"kind":"ConfigMap","metadata":{"name":"m"}}\n',
  );
  // What kubectl 1.26 and later make of the entries afterwards: one that was applied, in place of two.
  const [one, ...rest] = Object.values(Object(moved.at("metadata", "managedFields")));
  const patch = [
    { op: "replace", path: "/metadata/managedFields", value: [one, ...rest.slice(1)] },
    { op: "replace", path: "/metadata/resourceVersion", value: moved.at("metadata", "resourceVersion") },
  ];
  const upgraded = await served.send("PATCH", `${maps}/m`, { body: patch, headers: jsonPatch });
  assert.deepEqual([upgraded.status, owners(upgraded).length], [200, 1], upgraded.text);
  const less = await apply(served, `${maps}/m`, map({ a: "2" }), "fieldManager=kubectl");
  assert.deepEqual(less.at("data"), { a: "2" });
});

test("entries are taken away by an empty list, and come back with an apply", async () => {
  for (const empty of [[], [{}]]) {
    await using served = await serve();
    await served.send("POST", maps, { body: map({ a: "1" }) });
    const reset = await served.send("PATCH", `${maps}/m`, {
      body: { metadata: { managedFields: empty } },
      headers: merge,
    });
    assert.equal(reset.at("metadata", "managedFields"), undefined, reset.text);
    const updated = await served.send("PATCH", `${maps}/m`, { body: { data: { b: "1" } }, headers: merge });
    assert.equal(updated.at("metadata", "managedFields"), undefined);
    const applied = await apply(served, `${maps}/m`, map({ c: "1" }));
    assert.deepEqual(owners(applied), [
      'a Apply {"f:data":{"f:c":{}}}',
      'before-first-apply Update {"f:data":{".":{},"f:a":{},"f:b":{}}}',
    ]);
  }
});

test("the entries of no more than ten who update are kept apart", async () => {
  let now = Date.UTC(2026, 0, 1);
  await using served = await serve({ now: () => now });
  await served.send("POST", `${maps}?fieldManager=w0`, { body: map({ k0: "v" }) });
  for (let i = 1; i < 13; i++) {
    now += 1000;
    await served.send("PATCH", `${maps}/m?fieldManager=w${i}`, { body: { data: { [`k${i}`]: "v" } }, headers: merge });
  }
  const all = owners(await served.send("GET", `${maps}/m`));
  assert.deepEqual(
    [all.length, all[0]],
    [10, 'ancient-changes Update {"f:data":{".":{},"f:k0":{},"f:k1":{},"f:k2":{},"f:k3":{}}}'],
  );
});

test("an apply reads YAML", async () => {
  await using served = await serve();
  const body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: '1'\n";
  const headers = { "content-type": "application/apply-patch+yaml" };
  const made = await served.send("PATCH", `${maps}/m?fieldManager=a&dryRun=All`, { body, headers });
  assert.deepEqual([made.status, made.at("data")], [201, { a: "1" }], made.text);
  assert.equal((await served.send("GET", `${maps}/m`)).status, 404, "it was a dry run");
});

test("fields are owned in the version in which they were written", async () => {
  await using served = await serve({ catalogue });
  const hub = "/apis/gadgets.example.com/v2/namespaces/default/gadgets/one";
  const old = "/apis/old.example.com/v1beta1/namespaces/default/gadgets/one";
  const gadget = (apiVersion: string, spec: object) => ({
    apiVersion,
    kind: "Gadget",
    metadata: { name: "one" },
    spec,
  });
  const first = gadget("old.example.com/v1beta1", { amount: 3, components: [{ name: "a" }, { name: "b" }] });
  const made = await apply(served, old, first, "fieldManager=one");
  assert.deepEqual([made.status, made.at("spec", "note")], [201, "of 3"], made.text);
  const refused = await apply(served, hub, gadget("gadgets.example.com/v2", { size: 4 }), "fieldManager=two");
  assert.equal(refused.at("message"), 'Apply failed with 1 conflict: conflict with "one": .spec.amount');
  const less = gadget("gadgets.example.com/v2", { size: 3, parts: [{ name: "b" }] });
  const moved = await apply(served, hub, less, "fieldManager=one");
  assert.deepEqual(moved.at("spec"), { size: 3, parts: [{ name: "b" }] }, moved.text);
  assert.deepEqual(
    owners(moved)[0],
    'one Apply {"f:spec":{"f:parts":{"k:{\\"name\\":\\"b\\"}":{".":{},"f:name":{}}},"f:size":{}}}',
  );
});
