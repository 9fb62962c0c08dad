import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./served.ts";

const classes = "/apis/networking.k8s.io/v1/ingressclasses";
const ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
const isDefault = "ingressclass.kubernetes.io/is-default-class";
const byAnnotation = { "kubernetes.io/ingress.class": "legacy" };

const ingress = (name: string, metadata: object = {}, spec: object = {}): object => ({
  metadata: { name, ...metadata },
  spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } }, ...spec },
});
const ingressClass = (name: string, annotations: object): object => ({
  metadata: { name, annotations },
  spec: { controller: "example.com/ingress" },
});

test("an Ingress that names no class gets the cluster's own, if there is one", async () => {
  await using served = await serve();
  const { send } = served;
  const classOf = async (...asked: Parameters<typeof ingress>): Promise<unknown> => {
    const made = await send("POST", ingresses, { body: ingress(...asked) });
    assert.equal(made.status, 201, made.text);
    return made.at("spec", "ingressClassName");
  };
  assert.equal(await classOf("first"), "portolan", "every cluster has a class of its own");
  await send("DELETE", `${classes}/portolan`);
  await send("POST", classes, { body: ingressClass("other", { [isDefault]: "false" }) });
  assert.equal(await classOf("before"), undefined);
  await send("POST", classes, { body: ingressClass("own", { [isDefault]: "true" }) });
  assert.equal(await classOf("unnamed"), "own");
  assert.equal(await classOf("named", {}, { ingressClassName: "other" }), "other");
  assert.equal(await classOf("annotated", { annotations: byAnnotation }), undefined);
  assert.equal((await send("GET", `${ingresses}/before`)).at("spec", "ingressClassName"), undefined);
});

test("a class is named in one way when an Ingress is made", async () => {
  await using served = await serve();
  const { send } = served;
  const told = await send("POST", ingresses, {
    body: ingress("both", { annotations: byAnnotation }, { ingressClassName: "nginx" }),
  });
  assert.equal(
    told.at("message"),
    'Ingress.networking.k8s.io "both" is invalid: annotations.kubernetes.io/ingress.class: Invalid value: "legacy": must match `ingressClassName` when both are specified',
  );
  const made = await send("POST", ingresses, { body: ingress("old", { annotations: byAnnotation }) });
  assert.deepEqual(made.headers.warning, [
    `299 - "annotation \\"kubernetes.io/ingress.class\\" is deprecated, please use 'spec.ingressClassName' instead"`,
  ]);
  const moved = await send("PATCH", `${ingresses}/old`, {
    body: { spec: { ingressClassName: "nginx" } },
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.deepEqual([moved.status, moved.headers.warning], [200, undefined], moved.text);
});

test("an Ingress' status is its controller's to write, and counts no generation", async () => {
  await using served = await serve();
  const { send } = served;
  const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } };
  const made = await send("POST", ingresses, { body: { ...ingress("web"), status } });
  assert.deepEqual(made.at("status"), { loadBalancer: {} });
  const merge = { headers: { "content-type": "application/merge-patch+json" } };
  const ignored = await send("PATCH", `${ingresses}/web`, { ...merge, body: { status } });
  assert.deepEqual([ignored.at("status"), ignored.at("metadata", "generation")], [{ loadBalancer: {} }, 1]);
  const told = await send("PATCH", `${ingresses}/web/status`, { ...merge, body: { status, spec: { rules: [] } } });
  assert.deepEqual([told.at("status"), told.at("metadata", "generation")], [status, 1]);
  const changed = await send("PATCH", `${ingresses}/web`, { ...merge, body: { spec: { tls: [{ secretName: "a" }] } } });
  assert.deepEqual([changed.at("status"), changed.at("metadata", "generation")], [status, 2]);
});

test("an Ingress of 2017 is taken, stored as today's, and shown in every version", async () => {
  await using served = await serve();
  const { send } = served;
  const old = "/apis/extensions/v1beta1/namespaces/default/ingresses";
  const backend = { serviceName: "kubia-nodeport", servicePort: 80 };
  const spec = { rules: [{ host: "kubia.example.com", http: { paths: [{ path: "/", backend }] } }] };
  const made = await send("POST", old, { body: { metadata: { name: "kubia" }, spec } });
  assert.equal(made.status, 201, made.text);
  assert.deepEqual(made.headers.warning, [
    '299 - "extensions/v1beta1 Ingress is deprecated in v1.14+, unavailable in v1.22+; use networking.k8s.io/v1 Ingress"',
  ]);
  const at = ["spec", "rules", 0, "http", "paths", 0] as const;
  const today = { path: "/", pathType: "ImplementationSpecific" };
  const service = { name: "kubia-nodeport", port: { number: 80 } };
  assert.deepEqual((await send("GET", `${ingresses}/kubia`)).at(...at), { ...today, backend: { service } });
  for (const version of ["extensions/v1beta1", "networking.k8s.io/v1beta1"]) {
    const shown = await send("GET", `/apis/${version}/namespaces/default/ingresses/kubia`);
    assert.deepEqual([shown.at("apiVersion"), shown.at(...at)], [version, { ...today, backend }]);
  }
});
