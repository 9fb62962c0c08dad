import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, core, type Row, services, testRows, typed } from "./over-tls.ts";

const merge = (body: unknown): Row[3] => typed("merge-patch+json", body);
const named = (name: string): Row[3] => ({ body: { metadata: { name } } });
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const deployment = {
  metadata: { name: "d" },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: "d" } },
    template: { metadata: { labels: { app: "d" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
};

const rows: readonly Row[] = [
  [
    61,
    "a stale version",
    `PUT ${configMaps}/cm`,
    { body: { metadata: { name: "cm", resourceVersion: "1" } } },
    409,
    /the object has been modified; please apply your changes to the latest version and try again$/,
  ],
  [
    61,
    "another UID",
    `PUT ${configMaps}/cm`,
    { body: { metadata: { name: "cm", uid: "x" } } },
    409,
    /Precondition failed: UID in precondition: x, UID in object meta: /,
  ],
  [
    61,
    "a deletion of another UID",
    `DELETE ${configMaps}/cm`,
    { body: { preconditions: { uid: "x" } } },
    409,
    /the UID in the precondition \(x\) does not match/,
  ],
  [
    61,
    "a new object that says its status",
    `POST ${deployments}`,
    { body: { ...deployment, status: { replicas: 7 } } },
    201,
    /"status":\{\}/,
  ],
  [
    61,
    "a status by the main resource",
    `PATCH ${deployments}/d`,
    merge({ status: { replicas: 7 } }),
    200,
    /"status":\{\}/,
  ],
  [
    61,
    "a selector that can't be changed",
    `PATCH ${deployments}/d`,
    merge({ spec: { selector: { matchLabels: { app: "e" } }, template: { metadata: { labels: { app: "e" } } } } }),
    422,
    /spec\.selector: Invalid value: .*: field is immutable/,
  ],
  [
    61,
    "a cluster address that can't be changed",
    `PATCH ${services}/web`,
    merge({ spec: { clusterIP: "10.96.7.7", clusterIPs: ["10.96.7.7"] } }),
    422,
    /spec\.clusterIPs\[0\]: Invalid value: .*: may not change once set/,
  ],
  [
    63,
    "a patch of no known type",
    `PATCH ${configMaps}/cm`,
    { body: {} },
    415,
    /accepted media types include: application\/json-patch\+json, application\/merge-patch\+json, application\/(strategic-merge|apply)-patch/,
  ],
  [
    63,
    "a JSON patch that is an object",
    `PATCH ${configMaps}/cm`,
    typed("json-patch+json", { op: "add" }),
    400,
    /cannot unmarshal object into Go value of type jsonpatch\.Patch/,
  ],
  [
    63,
    "a merge patch that is a list",
    `PATCH ${configMaps}/cm`,
    merge([1]),
    400,
    /cannot unmarshal array into Go value/,
  ],
  [
    63,
    "an apply without a manager",
    `PATCH ${configMaps}/cm`,
    typed("apply-patch+yaml", "data: {a: c}\n"),
    422,
    /fieldManager: Required value: is required for apply patch/,
  ],
  [
    63,
    "force that is no apply",
    `PATCH ${configMaps}/cm?force=true`,
    merge({}),
    422,
    /force: Forbidden: may not be specified for non-apply patch/,
  ],
  [
    63,
    "an apply of what others own",
    `PATCH ${services}/web?fieldManager=other`,
    typed("apply-patch+yaml", "apiVersion: v1\nkind: Service\nspec: {type: NodePort, sessionAffinity: ClientIP}\n"),
    409,
    /Apply failed with \d conflicts?: conflicts? with ".+"/,
  ],
];
const { wire } = testRows(rows);

test("61: a status is written by its own subresource alone, which leaves the rest", async () => {
  const told = await wire().send(
    "PATCH",
    `${deployments}/d/status`,
    merge({ spec: { replicas: 9 }, status: { replicas: 7 } }),
  );
  assert.deepEqual([told.status, told.at("spec", "replicas"), told.at("status", "replicas")], [200, 1, 7]);
});

test("62: who owns itself, or is owned from elsewhere, is stored, and goes when it is deleted", async () => {
  const owner = (uid: unknown) => ({ apiVersion: "v1", kind: "ConfigMap", name: "loop", uid });
  const made = await wire().send("POST", configMaps, named("loop"));
  const uid = made.at("metadata", "uid");
  const owned = merge({ metadata: { ownerReferences: [owner(uid)], finalizers: ["example.com/never"] } });
  assert.equal((await wire().send("PATCH", `${configMaps}/loop`, owned)).status, 200);
  const held = await wire().send("DELETE", `${configMaps}/loop`, { body: { propagationPolicy: "Foreground" } });
  assert.deepEqual(held.at("metadata", "finalizers"), ["example.com/never", "foregroundDeletion"]);
  const more = merge({ metadata: { finalizers: ["example.com/never", "example.com/new"] } });
  const refused = await wire().send("PATCH", `${configMaps}/loop`, more);
  assert.equal(refused.status, 422);
  assert.match(String(refused.at("message")), /no new finalizers can be added if the object is being deleted/);
  await wire().send("PATCH", `${configMaps}/loop`, merge({ metadata: { finalizers: null } }));
  assert.equal((await wire().send("GET", `${core}/configmaps/loop`)).status, 404);
});
