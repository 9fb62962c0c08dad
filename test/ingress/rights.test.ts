import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps } from "#api/core/config-map.ts";
import { pods } from "#api/core/pod.ts";
import { secrets } from "#api/core/secret.ts";
import { ingresses } from "#api/networking/ingress.ts";
import { resourceClient } from "#client/resource.ts";
import { ingressUser } from "#server/authorization/rules.ts";
import { inProcessTransport } from "#server/in-process.ts";
import { serve } from "../server/served.ts";

test("a cluster's ingress controller reads Secrets by their names alone, and writes nothing but status and events", async () => {
  await using served = await serve();
  const own = inProcessTransport(served.server, { user: ingressUser, groups: ["system:authenticated"] });
  const forbidden = { code: "Forbidden" };
  for (const kind of [secrets, configMaps]) {
    const client = resourceClient(own, kind);
    await assert.rejects(client.list(""), forbidden);
    await assert.rejects(client.list("default"), forbidden);
    assert.deepEqual((await client.list("default", { fieldSelector: "metadata.name=shop" })).items, []);
  }
  await assert.rejects(resourceClient(own, pods).list(""), forbidden);
  const all = resourceClient(own, ingresses);
  assert.deepEqual((await all.list("")).items, []);
  const body = { spec: { rules: [] } };
  await assert.rejects(all.patch("default", "shop", { type: "merge", body }), forbidden);
  await assert.rejects(all.patch("default", "shop", { type: "merge", body, subresource: "status" }), {
    code: "NotFound",
  });
  await assert.rejects(all.delete("default", "shop"), forbidden);
});
