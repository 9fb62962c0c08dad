import assert from "node:assert/strict";
import { test } from "node:test";
import { ingressUser } from "#api/authentication/subjects.ts";
import { configMaps } from "#api/core/config-map.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { services } from "#api/core/service.ts";
import { endpointSlices } from "#api/discovery/endpoint-slice.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { resourceClient } from "#client/resource.ts";
import { ingressPlace } from "#cluster/ingress-rights.ts";
import { inProcessTransport } from "#server/connections/in-process.ts";
import { administrator, serve } from "../server/served.ts";
import { giveIngressRights } from "./rights.ts";

test("a cluster's ingress controller reads Secrets by their names alone, and writes nothing but status, events and what opens ports", async () => {
  await using served = await serve();
  await giveIngressRights(inProcessTransport(served.server, administrator));
  const own = inProcessTransport(served.server, { user: ingressUser, groups: ["system:authenticated"] });
  const forbidden = { code: "Forbidden" };
  for (const kind of [secrets, configMaps]) {
    const client = resourceClient(own, kind);
    await assert.rejects(client.list(""), forbidden);
    await assert.rejects(client.list("default"), forbidden);
    assert.deepEqual((await client.list("default", { fieldSelector: "metadata.name=shop" })).items, []);
  }
  const identity = { user: ingressUser, groups: ["system:authenticated"] };
  const rules = await served.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    body: { spec: { namespace: "default" } },
    identity,
  });
  assert.deepEqual(
    [rules.at("status", "incomplete"), rules.at("status", "evaluationError")],
    [true, "secrets and configmaps can only be read by their names"],
  );
  await assert.rejects(resourceClient(own, pods).list(""), forbidden);
  const all = resourceClient(own, ingresses);
  assert.deepEqual((await all.list("")).items, []);
  const body = { spec: { rules: [] } };
  await assert.rejects(all.patch("default", "shop", { type: "merge", body }), forbidden);
  await assert.rejects(all.patch("default", "shop", { type: "merge", body, subresource: "status" }), {
    code: "NotFound",
  });
  await assert.rejects(all.delete("default", "shop"), forbidden);
  const { namespace, name } = ingressPlace;
  const fronts = resourceClient(own, services);
  const nothing = { type: "merge", body: { spec: { ports: [] } } } as const;
  await assert.rejects(fronts.patch("default", name, nothing), forbidden);
  await assert.rejects(fronts.patch(namespace, "other", nothing), forbidden);
  await assert.rejects(fronts.patch(namespace, name, nothing), { code: "NotFound" });
  await assert.rejects(fronts.delete(namespace, name), forbidden);
  const slices = resourceClient(own, endpointSlices);
  await assert.rejects(slices.delete("default", "web-1"), forbidden);
  await assert.rejects(slices.delete(namespace, "web-1"), { code: "NotFound" });
});
