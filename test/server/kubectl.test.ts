import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { run } from "#os/spawn.ts";
import { kubectlsByWire } from "../harness/kubectls.ts";
import { certificateRequest } from "./fixtures.ts";
import { listening } from "./listening.ts";

const service = (targetPort: number) => `apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: ${targetPort}}]}
`;

const certificateRequestOf = (name: string) => `apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec:
  request: ${certificateRequest}
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400
  usages: [client auth]
`;

/** What is typed, what is read from standard input, and what must come out: on standard output, or, with `!`, as the error. */
type Step = readonly [command: string, input: string, expected: RegExp];

const session: readonly Step[] = [
  ["apply -f -", service(8080), /^service\/web created$/m],
  ["apply -f -", service(8080), /^service\/web unchanged$/m],
  ["apply -f -", service(9090), /^service\/web configured$/m],
  ["get svc web -o jsonpath={.spec.ports[0].targetPort}", "", /^9090$/],
  ["get svc web", "", /^web\s+NodePort\s+10\.\d+\.\d+\.\d+\s+<none>\s+80:3\d{4}\/TCP\s/m],
  ["get svc -l app=web -o name -A", "", /^service\/web$/m],
  ["create deployment d --image=nginx", "", /^deployment\.apps\/d created$/m],
  ["get deploy -o wide", "", /^d\s+0\/1\s+0\s+0\s+\S+\s+nginx\s+nginx\s+app=d$/m],
  ["scale deploy/d --replicas=3", "", /^deployment\.apps\/d scaled$/m],
  ["expose deploy d --port=80 --name=e", "", /^service\/e exposed$/m],
  ["set image deploy/d nginx=nginx:2", "", /^deployment\.apps\/d image updated$/m],
  ["rollout restart deploy/d", "", /^deployment\.apps\/d restarted$/m],
  ["label svc web x=y", "", /^service\/web labeled$/m],
  ["annotate svc web x=y", "", /^service\/web annotate(d)?$/m],
  [
    `patch svc web --type=json -p [{"op":"add","path":"/metadata/labels/z","value":"1"}]`,
    "",
    /^service\/web patched$/m,
  ],
  ["create configmap c --from-literal=a=b", "", /^configmap\/c created$/m],
  ["create secret generic s --from-literal=a=b", "", /^secret\/s created$/m],
  ["run p --image=nginx", "", /^pod\/p created$/m],
  ["get pod p", "", /^p\s+0\/1\s+Pending\s+0\s/m],
  ["describe pod p", "", /^Status:\s+Pending$/m],
  ["describe svc web", "", /^TargetPort:\s+9090\/TCP$/m],
  // from 1.32 on, kubectl reads in protobuf what it describes
  ["describe deploy d", "", /^Replicas:\s+3 desired \| 0 updated \| 0 total \| 0 available/m],
  ["describe cm c", "", /^a:\n----\nb$/m],
  ["describe secret s", "", /^a:\s+1 bytes$/m],
  ["describe ns default", "", /^Status:\s+Active$/m],
  ["explain service.spec.ports", "", /nodePort/],
  ["api-resources", "", /^deployments\s+deploy\s+apps\/v1\s+true\s+Deployment$/m],
  ["version", "", /v1\.36\.0/],
  ["get --raw /readyz", "", /^ok$/],
  ["create ns team", "", /^namespace\/team created$/m],
  ["create service clusterip s1 --tcp=80:80 -n team", "", /^service\/s1 created$/m],
  ["delete pod p", "", /^pod "p" deleted/m],
  ["delete svc web e", "", /^service "e" deleted/m],
  ["get svc web", "", /^!Error from server \(NotFound\): services "web" not found$/m],
  ["create -f -", certificateRequestOf("jane"), /^certificatesigningrequest\.certificates\.k8s\.io\/jane created$/m],
  ["get csr", "", /^NAME\s+AGE\s+SIGNERNAME\s+REQUESTOR\s+REQUESTEDDURATION\s+CONDITION$/m],
  ["get csr", "", /^jane\s+\S+\s+kubernetes\.io\/kube-apiserver-client\s+admin\s+24h\s+Pending$/m],
  ["certificate approve jane", "", /^certificatesigningrequest\.certificates\.k8s\.io\/jane approved$/m],
  ["get csr jane", "", /\s24h\s+Approved$/m],
  ["describe csr jane", "", /^Status:\s+Approved$/m],
  ["certificate deny jane", "", /^!error: certificate signing request "jane" is already Approved$/m],
  ["create -f -", certificateRequestOf("joe"), /joe created$/m],
  ["certificate deny joe", "", /^certificatesigningrequest\.certificates\.k8s\.io\/joe denied$/m],
  ["get csr joe", "", /\s24h\s+Denied$/m],
  [
    "create -f -",
    service(8080).replace("port: 80", "nodePort: 8123, port: 80"),
    /^!.*spec\.ports\[0\]\.nodePort: Invalid value: 8123: provided port is not in the valid range\. The range of valid ports is 30000-32767$/m,
  ],
];

const kubectls = await kubectlsByWire();
for (const { version, path } of kubectls) {
  test(`kubectl ${version} makes, reads, changes and deletes what it likes`, async () => {
    await using server = await listening();
    const folder = await mkdtemp(join(tmpdir(), "ptl-kubectl-"));
    try {
      const kubeconfig = join(folder, "config");
      const entry = {
        name: "test",
        server: `https://127.0.0.1:${server.port}`,
        ca: server.authority.certificate,
        cert: server.client.certificate,
        key: server.client.key,
      };
      await writeFile(kubeconfig, showKubeconfig(entry), { mode: 0o600 });
      for (const [command, input, expected] of session) {
        const words: [string, ...string[]] = [
          path,
          "--kubeconfig",
          kubeconfig,
          "--cache-dir",
          folder,
          ...command.split(" "),
        ];
        const said = await run(words, input === "" ? {} : { input }).then(
          ({ stdout }) => stdout,
          (fault: unknown) => `!${errorOf(fault)}`,
        );
        assert.match(said, expected, command);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
test("there is a kubectl to try", { skip: kubectls.length === 0 && "no kubectl on this machine" }, () => {});

const errorOf = (fault: unknown): string =>
  typeof fault === "object" && fault !== null && "stderr" in fault ? String(fault.stderr) : String(fault);
