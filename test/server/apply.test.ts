import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apply,
  deployment,
  deployments,
  jsonPatch,
  map,
  maps,
  merge,
  owners,
  service,
  services,
  template,
} from "./applying.ts";
import { serve } from "./served.ts";

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

const twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata:\n  a: '1'\n  a: '2'\n";
const warned = 'error converting YAML to JSON: yaml: unmarshal errors:\n  line 6: key "a" already set in map';
for (const [validation, code, message, warnings] of [
  ["Ignore", 201, undefined, 0],
  ["Warn", 201, undefined, 1],
  ["Strict", 400, `error strict decoding YAML: ${warned}`, 0],
] as const)
  test(`an apply of a key that stands twice, with validation ${validation}`, async () => {
    await using served = await serve();
    const headers = { "content-type": "application/apply-patch+yaml" };
    const path = `${maps}/m?fieldManager=a&fieldValidation=${validation}`;
    const told = await served.send("PATCH", path, { body: twice, headers });
    assert.deepEqual([told.status, told.at("message")], [code, message], told.text);
    assert.equal(told.headers.warning?.length ?? 0, warnings);
  });

test("an apply reads YAML", async () => {
  await using served = await serve();
  const body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m\ndata:\n  a: '1'\n";
  const headers = { "content-type": "application/apply-patch+yaml" };
  const made = await served.send("PATCH", `${maps}/m?fieldManager=a&dryRun=All`, { body, headers });
  assert.deepEqual([made.status, made.at("data")], [201, { a: "1" }], made.text);
  assert.equal((await served.send("GET", `${maps}/m`)).status, 404, "it was a dry run");
});

test("what holds an object of any kind is applied as a whole", async () => {
  await using served = await serve();
  const path = "/apis/apps/v1/namespaces/default/controllerrevisions/web-1";
  const body = {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: { name: "web-1" },
    data: { spec: { replicas: 1 } },
    revision: 1,
  };
  const made = await served.send("PATCH", `${path}?fieldManager=me`, {
    body,
    headers: { "content-type": "application/apply-patch+yaml" },
  });
  assert.deepEqual([made.status, made.at("data")], [201, body.data], made.text);
});
