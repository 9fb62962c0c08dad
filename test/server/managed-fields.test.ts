import assert from "node:assert/strict";
import { test } from "node:test";
import { apply, deployment, deployments, map, maps, merge, owners, template } from "./applying.ts";
import { catalogue } from "./gadgets.ts";
import { serve } from "./served.ts";

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

test("no write of any kind changes anything in a dry run", async () => {
  await using served = await serve();
  const { send, store } = served;
  const pods = "/api/v1/namespaces/default/pods";
  await send("POST", pods, { body: { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "i" }] } } });
  await send("POST", deployments, { body: deployment({ template: template({ name: "c", image: "i" }) }) });
  const whole = Object(JSON.parse((await send("GET", `${deployments}/web`)).text));
  const scale = Object(JSON.parse((await send("GET", `${deployments}/web/scale`)).text));
  const revision = await store.revision();
  const writes: readonly (readonly [method: string, path: string, body: object, type?: string])[] = [
    ["POST", maps, map({ a: "1" })],
    ["PUT", `${deployments}/web`, { ...whole, spec: { ...whole.spec, replicas: 3 } }],
    ["PUT", `${deployments}/web/status`, { ...whole, status: { replicas: 3 } }],
    ["PUT", `${deployments}/web/scale`, { ...scale, spec: { replicas: 3 } }],
    ["PATCH", `${deployments}/web/scale`, { spec: { replicas: 3 } }, merge["content-type"]],
    ["PATCH", `${deployments}/web/status`, { status: { replicas: 3 } }, merge["content-type"]],
    ["POST", `${pods}/p/binding`, { target: { kind: "Node", name: "n" } }],
    ["DELETE", `${pods}/p`, {}],
    ["DELETE", deployments, {}],
  ];
  for (const [method, path, body, type = "application/json"] of writes) {
    const told = await send(method, `${path}?dryRun=All`, {
      ...(method !== "DELETE" && { body }),
      headers: { "content-type": type },
    });
    assert.ok(told.status < 300, `${method} ${path}: ${told.text}`);
    assert.equal(await store.revision(), revision, `${method} ${path}`);
  }
  const applied = await apply(
    served,
    `${deployments}/web`,
    deployment({ replicas: 9 }),
    "fieldManager=a&dryRun=All&force=true",
  );
  assert.deepEqual([applied.at("spec", "replicas"), await store.revision()], [9, revision], applied.text);
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
