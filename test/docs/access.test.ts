import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { showKubeconfig } from "#client/kubeconfig.ts";
import { run } from "#os/spawn.ts";
import { findKubectls } from "../harness/kubectls.ts";
import { listening } from "../server/listening.ts";

const page = join(import.meta.dirname, "../../docs/access.md");

/** What the page's `review.yaml` is. */
const review = `apiVersion: authorization.k8s.io/v1
kind: SubjectAccessReview
spec:
  user: anna
  resourceAttributes: { verb: get, resource: pods, subresource: log, namespace: shop }
`;

/** Runs the page's commands one after the other, and gives the page with what they said. */
async function renewed(text: string, kubectl: string): Promise<string> {
  await using made = new AsyncDisposableStack();
  const server = made.use(await listening());
  const folder = await mkdtemp(join(tmpdir(), "ptl-access-"));
  made.defer(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, "config");
  const { authority, client, port } = server;
  const entry = { name: "page", server: `https://127.0.0.1:${port}`, ca: authority.certificate };
  await writeFile(kubeconfig, showKubeconfig({ ...entry, cert: client.certificate, key: client.key }), { mode: 0o600 });
  await writeFile(join(folder, "review.yaml"), review);
  await symlink(kubectl, join(folder, "kubectl"));
  const settings = [
    `KUBECONFIG=${kubeconfig}`,
    `KUBECACHEDIR=${folder}`,
    `PATH=${folder}${delimiter}${process.env.PATH}`,
  ];
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const [, command] = /^ {4}\$ (.*)$/.exec(line) ?? [];
    if (command === undefined) {
      if (!/^ {4}\S/.test(line)) lines.push(line);
      continue;
    }
    const { stdout } = await run(["env", "-C", folder, ...settings, "sh", "-c", `(${command}) 2>&1; true`]);
    lines.push(
      line,
      ...stdout
        .split("\n")
        .filter((one) => one !== "")
        .map((one) => `    ${one.trimEnd()}`),
    );
  }
  return lines.join("\n");
}

const kubectl = (await findKubectls()).findLast(({ version }) => Number(version.split(".")[1]) >= 30);

// Renew the page with PORTOLAN_RENEW=1.
test("the commands in docs/access.md say what the page shows", {
  skip: kubectl === undefined && "no kubectl from 1.30 on",
}, async () => {
  const text = await readFile(page, "utf8");
  const said = await renewed(text, kubectl?.path ?? "");
  if (process.env.PORTOLAN_RENEW === "1") await writeFile(page, said);
  assert.equal(await readFile(page, "utf8"), said);
  assert.ok(said.includes("is attempting to grant RBAC permissions not currently held"));
});
