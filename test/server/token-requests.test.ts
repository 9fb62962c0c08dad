import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import WebSocket from "ws";
import { showKubeconfig } from "#client/kubeconfig.ts";
import type { Identity } from "#core/access/identity.ts";
import { run } from "#os/spawn.ts";
import { findKubectls } from "../harness/kubectls.ts";
import { type Listening, listening } from "./listening.ts";
import { issuer, type Served, serve } from "./served.ts";

const core = "/api/v1/namespaces/default";

async function make(served: Served, path: string, body: object): Promise<string> {
  const told = await served.send("POST", path, { body });
  assert.equal(told.status, 201, told.text);
  return String(told.at("metadata", "uid"));
}

const kubectls = (await findKubectls()).filter(({ version }) => Number(version.split(".")[1]) >= 24);
for (const { version, path } of kubectls)
  test(`kubectl ${version} create token: one that its pod ends, for others than the API`, async () => {
    await using api = await listening();
    await make(api.served, `${core}/serviceaccounts`, { metadata: { name: "web" } });
    const uid = await make(api.served, `${core}/secrets`, { metadata: { name: "s" } });
    await withKubeconfig(api, async (kubeconfig) => {
      const create = async (...flags: readonly string[]) => {
        const { stdout } = await run([path, "--kubeconfig", kubeconfig, "create", "token", "web", ...flags]);
        return JSON.parse(Buffer.from(stdout.split(".")[1] ?? "", "base64url").toString());
      };
      const plain = await create();
      assert.deepEqual([plain.aud, plain.exp - plain.iat], [[issuer], 3600]);
      const bound = ["--bound-object-kind=Secret", "--bound-object-name=s", `--bound-object-uid=${uid}`];
      const other = await create("--audience=a", "--audience=b", "--duration=20m", ...bound);
      assert.deepEqual(
        [other.aud, other.exp - other.iat, other["kubernetes.io"].secret],
        [["a", "b"], 1200, { name: "s", uid }],
      );
      await assert.rejects(create("--duration=1m"), /may not specify a duration less than 10 minutes/);
    });
  });
test("there is a kubectl to try", { skip: kubectls.length === 0 && "no kubectl on this machine" }, () => {});

async function withKubeconfig(api: Listening, use: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ptl-kubectl-"));
  try {
    const file = join(folder, "config");
    const { certificate: cert, key } = api.client;
    const server = `https://127.0.0.1:${api.port}`;
    await writeFile(file, showKubeconfig({ name: "test", server, ca: api.authority.certificate, cert, key }));
    await use(file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const n1: Identity = { user: "system:node:n1", groups: ["system:nodes", "system:authenticated"] };
const volume = (audience?: string) => ({
  name: `token-${audience ?? "own"}`,
  projected: { sources: [{ serviceAccountToken: { path: "token", ...(audience !== undefined && { audience }) } }] },
});
const pod = (name: string, nodeName: string, volumes: readonly object[] = []) => ({
  metadata: { name },
  spec: {
    nodeName,
    volumes,
    serviceAccountName: "web",
    automountServiceAccountToken: false, // the volumes are those that stand here
    containers: [{ name: "c", image: "i" }],
  },
});

test("a node gets tokens of its own pods, for those whom their volumes name, and no others", async () => {
  await using served = await serve();
  await make(served, `${core}/serviceaccounts`, { metadata: { name: "web" } });
  const uids = new Map<string, string>();
  for (const one of [pod("own", "n1", [volume(), volume("vault")]), pod("bare", "n1"), pod("far", "n2", [volume()])])
    uids.set(one.metadata.name, await make(served, `${core}/pods`, one));
  const bound = (name: string, change: object = {}) => ({
    boundObjectRef: { apiVersion: "v1", kind: "Pod", name, uid: uids.get(name), ...change },
  });
  const other = (uid: string) =>
    `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  const rows: readonly (readonly [spec: object, told: 201 | string])[] = [
    [bound("own"), 201],
    [{ ...bound("own"), audiences: ["vault"] }, 201],
    [{ ...bound("own"), audiences: ["db"] }, 'audience "db" not found in pod spec volume'],
    [{ ...bound("own"), audiences: ["vault", ""] }, "node may only request 0 or 1 audiences"],
    [bound("bare"), 'audience "" not found in pod spec volume'],
    [bound("far"), "node requested token bound to a pod scheduled on a different node"],
    [bound("own", { uid: "" }), "node requested token with a pod binding without a uid"],
    [bound("own", { uid: "1" }), other("1")],
    [bound("own", { kind: "Secret" }), "node requested token not bound to a pod"],
    [{}, "node requested token not bound to a pod"],
  ];
  for (const [spec, wanted] of rows) {
    const told = await served.send("POST", `${core}/serviceaccounts/web/token`, { body: { spec }, identity: n1 });
    const expected = wanted === 201 ? [201, undefined] : [403, `serviceaccounts "web" is forbidden: ${wanted}`];
    assert.deepEqual([told.status, told.at("message")], expected, JSON.stringify(spec));
  }
  const unrelated = await served.send("POST", `${core}/serviceaccounts/default/token`, { body: {}, identity: n1 });
  assert.match(String(unrelated.at("message")), /no relationship found between node 'n1' and this object$/);
});

test("who makes tokens, and their keys, every account may read, and nobody unknown", async () => {
  await using served = await serve();
  const account: Identity = {
    user: "system:serviceaccount:default:web",
    groups: ["system:serviceaccounts", "system:authenticated"],
  };
  const read = (path: string, identity: Identity | undefined) => served.send("GET", path, { identity });
  const found = await read("/.well-known/openid-configuration", account);
  assert.deepEqual(JSON.parse(found.text), {
    issuer,
    jwks_uri: "https://127.0.0.1:6443/openid/v1/jwks",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  });
  const keys = await read("/openid/v1/jwks", account);
  assert.deepEqual(
    [keys.status, keys.headers["content-type"], keys.headers["cache-control"]],
    [200, "application/jwk-set+json", "public, max-age=3600"],
  );
  const { keys: all } = JSON.parse(keys.text);
  assert.deepEqual(
    [all.length, Object.keys(all[0]).toSorted(), all[0].alg],
    [1, ["alg", "crv", "kid", "kty", "use", "x", "y"], "ES256"],
  );
  assert.equal((await read("/openid/v1/jwks", { user: "anna", groups: ["system:authenticated"] })).status, 403);
  assert.equal((await read("/openid/v1/jwks", undefined)).status, 401);
  for (const path of ["/openid/v1/keys", "/openid/v1/jwks/x", "/.well-known/x"])
    assert.equal((await served.send("GET", path)).status, 404);
});

const csrs = "/apis/certificates.k8s.io/v1/certificatesigningrequests?watch=true";
const bearerProtocol = (token: string): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString("base64url")}`;

test("a browser shows its token as a protocol of its WebSocket, beside the one that is meant", async () => {
  await using api = await listening();
  const fields = { "token-id": "abcdef", "token-secret": "0123456789abcdef", "usage-bootstrap-authentication": "true" };
  await make(api.served, "/api/v1/namespaces/kube-system/secrets", {
    metadata: { name: "bootstrap-token-abcdef" },
    type: "bootstrap.kubernetes.io/token",
    stringData: fields,
  });
  const good = bearerProtocol("abcdef.0123456789abcdef");
  for (const [protocols, told] of [
    [[good, "v1.example.com"], "v1.example.com"],
    [["v1.example.com", good], "v1.example.com"],
    [["v1.example.com", bearerProtocol("abcdef.ffffffffffffffff")], "401"],
    [["v1.example.com", "base64url.bearer.authorization.k8s.io."], "401"],
    [[good], "401"],
    [[good, bearerProtocol("x"), "v1.example.com"], "401"],
    [["v1.example.com"], "401"],
  ] as const)
    assert.equal(await chosen(api, protocols), told, protocols.join(" "));
});

/** Which protocol the server has chosen, or how it has refused. */
function chosen({ port, authority }: Listening, protocols: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${csrs}`, [...protocols], { ca: authority.certificate });
    socket.once("open", () => {
      resolve(socket.protocol);
      socket.close();
    });
    socket.once("unexpected-response", (_, answer) => {
      resolve(String(answer.statusCode));
      answer.destroy();
    });
    socket.once("error", reject);
  });
}
