import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./served.ts";

const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
const classes = "/apis/storage.k8s.io/v1/storageclasses";
const byAnnotation = { "volume.beta.kubernetes.io/storage-class": "legacy" };

const claim = (name: string, metadata: object = {}, spec: object = {}): object => ({
  metadata: { name, ...metadata },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
});
const storageClass = (name: string, isDefault: string): object => ({
  metadata: { name, annotations: { "storageclass.kubernetes.io/is-default-class": isDefault } },
  provisioner: "example.com/disks",
});

test("a claim that names no class gets the cluster's own, if there is one", async () => {
  await using served = await serve();
  const { send } = served;
  const classOf = async (...asked: Parameters<typeof claim>): Promise<unknown> => {
    const made = await send("POST", claims, { body: claim(...asked) });
    assert.equal(made.status, 201, made.text);
    return made.at("spec", "storageClassName");
  };
  await send("POST", classes, { body: storageClass("other", "false") });
  assert.equal(await classOf("before"), undefined);
  await send("POST", classes, { body: storageClass("own", "true") });
  assert.equal(await classOf("unnamed"), "own");
  assert.equal(await classOf("named", {}, { storageClassName: "other" }), "other");
  assert.equal(await classOf("none", {}, { storageClassName: "" }), "");
  assert.equal(await classOf("annotated", { annotations: byAnnotation }), undefined);
});

test("a claim grows when it is bound, and not before", async () => {
  await using served = await serve();
  const { send } = served;
  const growing = { ...storageClass("growing", "false"), allowVolumeExpansion: true };
  await send("POST", classes, { body: growing });
  await send("POST", claims, { body: claim("data", {}, { storageClassName: "growing" }) });
  const headers = { "content-type": "application/merge-patch+json" };
  const grow = (storage: string) =>
    send("PATCH", `${claims}/data`, { headers, body: { spec: { resources: { requests: { storage } } } } });
  assert.equal((await grow("2Gi")).status, 422);
  const status = { phase: "Bound", capacity: { storage: "1Gi" } };
  assert.equal((await send("PATCH", `${claims}/data/status`, { headers, body: { status } })).status, 200);
  assert.equal((await grow("2Gi")).status, 200);
  assert.equal((await grow("512Mi")).status, 422);
});

for (const storageClassName of ["fixed", "unknown"])
  test(`a claim can't grow whose class doesn't say that it can: ${storageClassName}`, async () => {
    await using served = await serve();
    const { send } = served;
    await send("POST", classes, { body: storageClass("fixed", "false") });
    await send("POST", claims, { body: claim("data", {}, { storageClassName }) });
    const headers = { "content-type": "application/merge-patch+json" };
    const bound = { status: { phase: "Bound", capacity: { storage: "1Gi" } } };
    assert.equal((await send("PATCH", `${claims}/data/status`, { headers, body: bound })).status, 200);
    const body = { spec: { resources: { requests: { storage: "2Gi" } } } };
    const told = await send("PATCH", `${claims}/data`, { headers, body });
    assert.deepEqual(
      [told.status, told.at("message")],
      [
        403,
        'persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      ],
    );
  });
