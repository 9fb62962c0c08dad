import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readKubeconfig, showKubeconfig } from "#client/kubeconfig.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const sample = `apiVersion: v1
kind: Config
current-context: shop
clusters:
- {name: one, cluster: {server: "https://one:6443", certificate-authority-data: ${base64("the ca")}, tls-server-name: api}}
- {name: two, cluster: {server: "https://two:6443", certificate-authority: ca.pem, insecure-skip-tls-verify: true}}
users:
- {name: alice, user: {client-certificate-data: ${base64("cert")}, client-key-data: ${base64("key")}}}
- {name: bob, user: {tokenFile: token}}
- {name: carol, user: {exec: {command: aws}}}
- {name: dave, user: {client-certificate-data: ${base64("cert")}}}
contexts:
- {name: shop, context: {cluster: one, user: alice, namespace: shop}}
- {name: files, context: {cluster: two, user: bob}}
- {name: program, context: {cluster: one, user: carol}}
- {name: half, context: {cluster: one, user: dave}}
- {name: lost, context: {cluster: three, user: alice}}
`;

async function written(files: Readonly<Record<string, string>>): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), "portolan-kubeconfig-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return { path: join(folder, "config"), [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

test("the current context, with what it holds inline", async () => {
  await using file = await written({ config: sample });
  assert.deepEqual(await readKubeconfig(file.path), {
    server: "https://one:6443",
    ca: "the ca",
    certificate: { cert: "cert", key: "key" },
    token: undefined,
    tokenFile: undefined,
    serverName: "api",
    insecure: false,
    namespace: "shop",
  });
});

test("a named context, with files beside the kubeconfig", async () => {
  await using file = await written({ config: sample, "ca.pem": "ca of a file", token: "secret\n" });
  assert.deepEqual(await readKubeconfig(file.path, "files"), {
    server: "https://two:6443",
    ca: "ca of a file",
    certificate: undefined,
    token: undefined,
    tokenFile: join(dirname(file.path), "token"),
    serverName: undefined,
    insecure: true,
    namespace: "default",
  });
});

for (const { context, text = sample, says } of [
  { context: "none", says: /no context "none"/ },
  { context: "lost", says: /no cluster "three"/ },
  { context: "program", says: /needs a program \(exec\)/ },
  { context: "half", says: /a client certificate needs its key/ },
  { context: "files", says: /ca\.pem can't be read/ },
  { context: undefined, text: "a: [", says: /isn't YAML/ },
  { context: undefined, text: "7", says: /holds no fields/ },
  { context: undefined, text: "{}", says: /no current-context/ },
])
  test(`a kubeconfig that can't be used is refused: ${says.source}`, async () => {
    await using file = await written({ config: text, token: "x" });
    await assert.rejects(readKubeconfig(file.path, context), { code: "KubeconfigUnusable", message: says });
  });

test("what is written can be read", async () => {
  const text = showKubeconfig({ name: "mine", server: "https://127.0.0.1:6443", ca: "a", cert: "b", key: "c" });
  await using file = await written({ config: text });
  const { ca, certificate } = await readKubeconfig(file.path);
  assert.deepEqual({ ca, certificate }, { ca: "a", certificate: { cert: "b", key: "c" } });
});
