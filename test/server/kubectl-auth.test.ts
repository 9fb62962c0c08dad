import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { run } from "#os/spawn.ts";
import { kubectlsByWire } from "../harness/kubectls.ts";
import { listening } from "./listening.ts";

/** What is typed, what comes out of it on standard output, and with which exit code. */
type Step = readonly [command: string, expected: RegExp, code: number];

const session: readonly Step[] = [
  ["auth can-i get pods", /^yes\n$/, 0],
  ["auth can-i get pods --subresource=log -n team", /^yes\n$/, 0],
  ["auth can-i get /metrics", /^yes\n$/, 0],
  ["auth can-i * *", /^yes\n$/, 0],
  ["auth can-i --list", /^\*\.\*\s+\[\]\s+\[\]\s+\[\*\]\n\s+\[\*\]\s+\[\]\s+\[\*\]$/m, 0],
  ["auth can-i delete deployments.apps --as bob", /^no\n$/, 1],
  ["auth can-i get /apis --as bob", /^yes\n$/, 0],
  ["auth can-i get pods --as bob --as-group system:masters", /^yes\n$/, 0],
  ["get pods --as bob", /^$/, 1],
];

/** Fields are checked on the client's side, since no review can be patched. */
const reviews: readonly Step[] = [
  ["create -f review.yaml -o jsonpath={.status.allowed}", /^true$/, 0],
  ["create -f wrong.yaml", /^$/, 1],
];
const review = `apiVersion: authorization.k8s.io/v1
kind: SubjectAccessReview
spec:
  user: anna
  groups: [system:authenticated]
  nonResourceAttributes: { verb: get, path: /version }
`;

const whoami: readonly Step[] = [
  ["auth whoami", /^ATTRIBUTE\s+VALUE\nUsername\s+admin\nGroups\s+\[system:masters system:authenticated\]\n$/, 0],
  [
    "auth whoami --as system:serviceaccount:shop:web",
    /^Username\s+system:serviceaccount:shop:web\nGroups\s+\[system:serviceaccounts system:serviceaccounts:shop system:authenticated\]\n$/m,
    0,
  ],
  ["auth whoami -o jsonpath={.status.userInfo.username}", /^admin$/, 0],
];

/** The command came with 1.26, as an alpha of which its flags and output were others. */
const knowsWhoami = (version: string): boolean => Number(version.split(".")[1]) >= 27;

const kubectls = await kubectlsByWire();
for (const { version, path } of kubectls)
  test(`kubectl ${version} asks what it may do, and who it is`, async () => {
    await using server = await listening();
    const folder = await mkdtemp(join(tmpdir(), "ptl-kubectl-"));
    try {
      const kubeconfig = join(folder, "config");
      const { authority, client, port } = server;
      const entry = { name: "test", server: `https://127.0.0.1:${port}`, ca: authority.certificate };
      await writeFile(kubeconfig, showKubeconfig({ ...entry, cert: client.certificate, key: client.key }), {
        mode: 0o600,
      });
      await writeFile(join(folder, "review.yaml"), review);
      await writeFile(join(folder, "wrong.yaml"), review.replace("user:", "usr:"));
      const common = ["--kubeconfig", kubeconfig, "--cache-dir", folder];
      for (const [command, expected, code] of [...session, ...reviews, ...(knowsWhoami(version) ? whoami : [])]) {
        const words = [path, ...common, ...command.split(" ")];
        const { stdout } = await run(["env", "-C", folder, "sh", "-c", '"$@"; echo "exit $?"', "sh", ...words]);
        const [said = "", exit = ""] = stdout.split(/exit (?=\d+\n$)/);
        assert.match(said, expected, command);
        assert.equal(Number(exit), code, command);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
test("there is a kubectl to ask with", { skip: kubectls.length === 0 && "no kubectl on this machine" }, () => {});
