/** Clients as they are, in pods: they find the API and who they are by themselves, and may do what their role says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { run } from "#os/spawn.ts";
import { startCluster, type TestCluster } from "../harness/cluster.ts";
import { eventually } from "../harness/eventually.ts";
import { findKubectls } from "../harness/kubectls.ts";
import { asRoot } from "./as-root.ts";

const root = join(import.meta.dirname, "../..");
const seconds = 20;
const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
const asReader = 'User "system:serviceaccount:inside:reader" cannot';

/** Of the account `reader`; it sees this repository where it is. */
const pod = (name: string, command: readonly string[], more = ""): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: inside }
spec:
  serviceAccountName: reader
  terminationGracePeriodSeconds: 0
  restartPolicy: Never
  ${more}
  volumes: [{ name: repository, hostPath: { path: ${root} } }]
  containers:
    - name: main
      image: busybox
      command: ${JSON.stringify(command)}
      volumeMounts: [{ name: repository, mountPath: ${root}, readOnly: true }]
`;
const idle = ["sleep", "10000"];

const objects = [
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader, namespace: inside }
rules:
  - { apiGroups: [""], resources: [pods], verbs: [get, list, watch] }
  - { apiGroups: [""], resources: [configmaps], resourceNames: [settings], verbs: [get, update] }
`,
  `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader, namespace: inside }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: inside }]
`,
  ...["settings", "another"].map(
    (name) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name}, namespace: inside }
data: { colour: red }
`,
  ),
  pod("caller", idle),
  pod("host", idle, "hostNetwork: true"),
  pod("mute", idle, "automountServiceAccountToken: false"),
  pod("victim", idle),
];

describe("clients in pods", asRoot, () => {
  let cluster: TestCluster;
  const kubectl = async (...args: readonly string[]): Promise<string> => (await cluster.kubectl(args)).stdout;
  before(async () => {
    cluster = await startCluster();
    const first = `
apiVersion: v1
kind: Namespace
metadata: { name: inside }
---
apiVersion: v1
kind: Pod
metadata: { name: early, namespace: inside }
spec: { terminationGracePeriodSeconds: 0, containers: [{ name: main, image: busybox, command: [sleep, "10000"] }] }
`;
    await cluster.kubectl(["apply", "-f", "-"], { input: first });
    await cluster.kubectl(["create", "serviceaccount", "reader", "--namespace=inside"]);
    await cluster.kubectl(["apply", "-f", "-"], { input: objects.join("---") });
    await kubectl("wait", "--namespace=inside", "--for=condition=Ready", "pod", "--all", `--timeout=${seconds}s`);
  });
  after(() => cluster?.[Symbol.asyncDispose]());

  /** What a program in the pod writes, refused or not. */
  const inPod = async (name: string, ...argv: readonly string[]): Promise<string> => {
    const inside = ["exec", "--namespace=inside", name, "--", "sh", "-c", '"$@" 2>&1 || true', "sh", ...argv];
    return (await kubectl(...inside)).trim();
  };
  const tokenOf = (name: string): Promise<string> => inPod(name, "cat", `${folder}/token`);
  const curl = (path: string, ...more: readonly string[]): Promise<string> =>
    inPod(
      "caller",
      ...[
        "sh",
        "-c",
        `curl --silent --show-error --cacert ${folder}/ca.crt --oauth2-bearer "$(cat ${folder}/token)" "$@"`,
      ],
      ...["sh", `https://kubernetes.default.svc${path}`, ...more],
    );
  /** The code that somebody outside is answered with that token. */
  const codeFor = async (token: string): Promise<string> => {
    const url = `https://127.0.0.1:${cluster.apiPort}/api/v1/namespaces/inside/pods`;
    const args = ["--silent", "--cacert", `${cluster.dataDir}/pki/ca.crt`, "--oauth2-bearer", token];
    return (await run(["curl", ...args, "--output", "/dev/null", "--write-out", "%{http_code}", url])).stdout;
  };

  test("a pod made in the first moment of its namespace is let in, and finds everything at once", async () => {
    const said = await kubectl("get", "events", "--namespace=inside", "--output=jsonpath={.items[*].reason}");
    assert.doesNotMatch(said, /Failed/);
  });

  test("every kubectl finds the cluster by itself, and is allowed what the role says", async () => {
    const all = await findKubectls();
    for (const { path, version } of new Set([all.at(0), all.at(-1)].flatMap((one) => one ?? []))) {
      const names = (await inPod("caller", path, "get", "pods", "--output=name")).split("\n");
      assert.deepEqual(
        names,
        ["caller", "early", "host", "mute", "victim"].map((name) => `pod/${name}`),
        version,
      );
      assert.equal(
        await inPod("caller", path, "get", "secrets"),
        `Error from server (Forbidden): secrets is forbidden: ${asReader} list resource "secrets" in API group "" in the namespace "inside"`,
      );
    }
  });

  test("kubectl tells who it is, also on the node's own network; the default account may not read pods", async () => {
    const { path = "kubectl" } = (await findKubectls()).at(-1) ?? {};
    for (const name of ["caller", "host"])
      assert.match(await inPod(name, path, "auth", "whoami"), /^Username +system:serviceaccount:inside:reader$/m);
    assert.match(
      await inPod("early", path, "get", "pods"),
      /User "system:serviceaccount:inside:default" cannot list resource "pods" in API group "" in the namespace "inside"$/,
    );
  });

  test("the client for Node lists, watches and updates, and is refused the rest", async () => {
    const client = [`${root}/bin/with-node`, `${root}/test/cluster/in-pod-client.ts`];
    await cluster.kubectl(["apply", "-f", "-"], { input: pod("client", client) });
    const said = (what: RegExp) =>
      eventually(
        `${what}`,
        async () => {
          const log = await kubectl("logs", "--namespace=inside", "client");
          return what.test(log) && log;
        },
        { seconds },
      );
    await eventually(
      "the client's start",
      async () =>
        (await kubectl("get", "pod", "client", "--namespace=inside", "-o=jsonpath={.status.phase}")) !== "Pending",
      { seconds },
    );
    await said(/^watching$/m);
    await kubectl("label", "pod", "victim", "seen=yes", "--namespace=inside");
    assert.deepEqual((await said(/^event/m)).trim().split("\n"), [
      "pods caller client early host mute victim",
      "settings green",
      `another 403 configmaps "another" is forbidden: ${asReader} get resource "configmaps" in API group "" in the namespace "inside"`,
      `deletion 403 pods "caller" is forbidden: ${asReader} delete resource "pods" in API group "" in the namespace "inside"`,
      `elsewhere 403 pods is forbidden: ${asReader} list resource "pods" in API group "" in the namespace "default"`,
      "watching",
      "event MODIFIED victim",
    ]);
    await kubectl("delete", "pod", "client", "--namespace=inside");
  });

  test("curl needs the token and the certificate, and no more", async () => {
    const list = await curl("/api/v1/namespaces/inside/pods");
    const { metadata }: { readonly metadata: { readonly resourceVersion: string } } = JSON.parse(list);
    await kubectl("annotate", "pod", "victim", "watched=yes", "--namespace=inside");
    const query = `watch=true&resourceVersion=${metadata.resourceVersion}&timeoutSeconds=1`;
    assert.match(
      await curl(`/api/v1/namespaces/inside/pods?${query}`),
      /^\{"type":"MODIFIED","object":\{.*"watched":"yes"/m,
    );
    const change = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"colour":"blue"}}';
    const put = ["--request", "PUT", "--header", "Content-Type: application/json", "--data", change];
    assert.match(await curl("/api/v1/namespaces/inside/configmaps/settings", ...put), /"colour":\s*"blue"/);
    const refused = await curl("/api/v1/nodes");
    assert.match(refused, /nodes is forbidden: User .*reader.* cannot list resource .*nodes.* at the cluster scope/);
    assert.match(
      await inPod("caller", "curl", "--silent", "https://kubernetes.default.svc/version", "--insecure"),
      /v1/,
    );
  });

  test("its files can't be written to, and a pod that wants none has none", async () => {
    assert.match(await inPod("caller", "touch", `${folder}/token`), /Read-only file system/);
    assert.equal(await inPod("caller", "cat", `${folder}/namespace`), "inside");
    assert.match(await inPod("mute", "ls", folder), /No such file or directory/);
    assert.match(await inPod("mute", "env"), /^KUBERNETES_SERVICE_HOST=/m);
  });

  test("a pod's token ends with the pod, and nothing of it stays on this machine", async () => {
    const token = await tokenOf("victim");
    assert.equal(await codeFor(token), "200");
    await kubectl("delete", "pod", "victim", "--namespace=inside");
    assert.equal(await codeFor(token), "401");
    const holders = async () =>
      (
        await run([
          "sh",
          "-c",
          'grep --recursive --files-with-matches --fixed-strings "$0" "$1" || true',
          token,
          cluster.dataDir,
        ])
      ).stdout;
    await eventually("the end of its files", async () => (await holders()) === "", { seconds });
  });

  test("the tokens of an account end with it", async () => {
    const token = await tokenOf("caller");
    assert.equal(await codeFor(token), "200");
    await kubectl("delete", "serviceaccount", "reader", "--namespace=inside");
    assert.equal(await codeFor(token), "401");
  });
});
