import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { run } from "#os/spawn.ts";
import { findKubectls } from "../harness/kubectls.ts";
import { listening } from "./listening.ts";

/** What is typed, and what comes out of it, on standard error too. */
type Step = readonly [command: string, expected: RegExp];

const roles = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: web, namespace: default }
rules:
  - { apiGroups: [""], resources: [pods], verbs: [get, list] }
  - { apiGroups: [apps], resources: [deployments], verbs: ["*"], resourceNames: [web] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: default }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: web }
subjects: [{ kind: User, name: anna }]
`;

const session: readonly Step[] = [
  ["create role pods --verb=get,list,delete --resource=pods", /^role.rbac.authorization.k8s.io\/pods created$/m],
  ["create rolebinding pods --role=pods --user=anna --serviceaccount=default:robot", /rolebinding\S*\/pods created$/m],
  ["auth can-i delete pods --as anna", /^yes$/m],
  ["auth can-i delete pods --as system:serviceaccount:default:robot", /^yes$/m],
  ["auth can-i delete pods --as ben", /^no$/m],
  ["delete pod none --as anna", /pods "none" not found/],
  ["create clusterrole all --aggregation-rule=a=b", /clusterrole\S*\/all created$/m],
  [
    "create clusterrole all-of-ada --aggregation-rule=a=b --as anna",
    /Forbidden|cannot create resource "clusterroles" in API group "rbac.authorization.k8s.io" at the cluster scope/,
  ],
  ["create rolebinding admin --clusterrole=admin --user=ada", /rolebinding\S*\/admin created$/m],
  [
    "create role more --verb=get --resource=nodes --as ada",
    /not currently held:\n\{APIGroups:\[""\], Resources:\["nodes"\], Verbs:\["get"\]\}/,
  ],
  ["auth reconcile -f roles.yaml", /role\S*\/web reconciled[\s\S]*rolebinding\S*\/web reconciled/],
  ["auth reconcile -f roles.yaml", /role\S*\/web (reconciled|unchanged)/],
  ["auth can-i update deployments.apps/web --as anna", /^yes$/m],
  ["auth can-i update deployments.apps/other --as anna", /^no$/m],
  ["apply -f roles.yaml", /web (configured|unchanged)/],
  ["set subject rolebinding web --user=ben", /rolebinding\S*\/web subjects updated/],
  ["auth can-i list pods --as ben", /^yes$/m],
  ["describe role web", /deployments.apps\s+\[\]\s+\[web\]\s+\[\*\]/],
  ["get rolebindings web -o wide", /Role\/web\s+\S+\s+anna, ben/],
];

const kubectls = await findKubectls();
/** What they send and read didn't change between them. */
const [oldest, newest] = [kubectls.slice(0, 1), kubectls.slice(1).slice(-1)];
for (const { version, path } of [...oldest, ...newest])
  test(`kubectl ${version} writes roles and bindings, and what it writes counts`, async () => {
    await using made = new AsyncDisposableStack();
    const server = made.use(await listening());
    const folder = await mkdtemp(join(tmpdir(), "ptl-roles-"));
    made.defer(() => rm(folder, { recursive: true }));
    const { authority, client, port } = server;
    const entry = { name: "test", server: `https://127.0.0.1:${port}`, ca: authority.certificate };
    const kubeconfig = showKubeconfig({ ...entry, cert: client.certificate, key: client.key });
    await writeFile(join(folder, "config"), kubeconfig, { mode: 0o600 });
    await writeFile(join(folder, "roles.yaml"), roles);
    for (const [command, expected] of session) {
      const words = [path, "--kubeconfig", "config", "--cache-dir", folder, ...command.split(" ")];
      const { stdout } = await run(["env", "-C", folder, "sh", "-c", '"$@" 2>&1; true', "sh", ...words]);
      assert.match(stdout, expected, command);
    }
  });
test("there is a kubectl to ask with", { skip: kubectls.length === 0 && "no kubectl on this machine" }, () => {});
