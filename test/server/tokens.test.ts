import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import { connect } from "node:http2";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { type JWTHeaderParameters, SignJWT } from "jose";
import type { TokenOptions } from "#server/authentication/token-issuer.ts";
import { type Listening, listening } from "./listening.ts";
import { issuer, make, newKey, ownTokens, type Served, type Told } from "./served.ts";

const core = "/api/v1/namespaces/default";
const accounts = `${core}/serviceaccounts`;

const requestToken = (served: Served, spec: object, name = "web"): Promise<Told> =>
  served.send("POST", `${accounts}/${name}/token`, { body: { spec } });

async function tokenOf(served: Served, spec: object = {}): Promise<string> {
  const told = await requestToken(served, spec);
  assert.equal(told.status, 201, told.text);
  return String(told.at("status", "token"));
}

const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
const headOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());

/** Over TLS, with nothing but a token. */
function ask(
  { port, authority }: Listening,
  token: string,
  path = `${core}/pods`,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const options = { host: "127.0.0.1", port, path, headers, ca: authority.certificate, agent: false as const };
    const request = httpsRequest(options, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, body: await text(answer) }),
    );
    request.on("error", reject);
    request.end();
  });
}

const podSpec = (name: string, extra: object = {}) => ({
  metadata: { name },
  spec: { serviceAccountName: "web", containers: [{ name: "c", image: "i" }], ...extra },
});

const signingKey = newKey("P-256");
const options: TokenOptions = ownTokens(signingKey);
let api: Listening;
before(async () => {
  api = await listening({ tokens: options });
  for (const name of ["web", "other"]) await make(api.served, accounts, { metadata: { name } });
  await make(api.served, "/api/v1/nodes", { metadata: { name: "n1" } });
  await make(api.served, `${core}/pods`, podSpec("p", { nodeName: "n1" }));
});
after(() => api[Symbol.asyncDispose]());

test("who shows a token of an account is that account", async () => {
  const { status, body } = await ask(api, await tokenOf(api.served));
  assert.deepEqual(
    [status, JSON.parse(body).message],
    [
      403,
      'pods is forbidden: User "system:serviceaccount:default:web" cannot list resource "pods" in API group "" in the namespace "default"',
    ],
  );
});

test("a token says what Kubernetes' do", async () => {
  const before = Math.floor(Date.now() / 1000);
  const told = await requestToken(api.served, { audiences: ["https://vault.example.com"], expirationSeconds: 1200 });
  const token = String(told.at("status", "token"));
  const { iat, exp, nbf, jti, ...claims } = payloadOf(token);
  const account = await api.served.send("GET", `${accounts}/web`);
  assert.deepEqual(claims, {
    aud: ["https://vault.example.com"],
    iss: issuer,
    sub: "system:serviceaccount:default:web",
    "kubernetes.io": { namespace: "default", serviceaccount: { name: "web", uid: account.at("metadata", "uid") } },
  });
  assert.ok(iat >= before && nbf === iat && exp === iat + 1200, JSON.stringify({ iat, nbf, exp }));
  assert.match(jti, /^[0-9a-f]{8}-/);
  assert.equal(Date.parse(String(told.at("status", "expirationTimestamp"))), exp * 1000);
  assert.deepEqual(
    ["kind", "apiVersion"].map((field) => told.at(field)),
    ["TokenRequest", "authentication.k8s.io/v1"],
  );
  assert.deepEqual(
    [told.at("metadata", "name"), told.at("metadata", "namespace"), told.at("spec", "expirationSeconds")],
    ["web", "default", 1200],
  );
});

test("a token of a pod names the pod and its node", async () => {
  const token = await tokenOf(api.served, { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } });
  const [pod, node] = [
    await api.served.send("GET", `${core}/pods/p`),
    await api.served.send("GET", "/api/v1/nodes/n1"),
  ];
  const own = payloadOf(token)["kubernetes.io"];
  assert.deepEqual(
    [own.pod, own.node],
    [
      { name: "p", uid: pod.at("metadata", "uid") },
      { name: "n1", uid: node.at("metadata", "uid") },
    ],
  );
});

test("an agent's token of 3607 seconds counts for a year, and says from when on it should not", async () => {
  const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "p" };
  const asked = await requestToken(api.served, { expirationSeconds: 3607, boundObjectRef });
  const { iat, exp, "kubernetes.io": own } = payloadOf(String(asked.at("status", "token")));
  assert.deepEqual([exp - iat, own.warnafter - iat], [365 * 24 * 3600, 3607]);
  assert.equal(Date.parse(String(asked.at("status", "expirationTimestamp"))), (iat + 3607) * 1000);
  const elsewhere = await tokenOf(api.served, { expirationSeconds: 3607, boundObjectRef, audiences: ["vault"] });
  const { iat: from, exp: to } = payloadOf(elsewhere);
  assert.equal(to - from, 3607);
});

const refusals: readonly (readonly [what: string, spec: object, code: number, message: string | RegExp])[] = [
  [
    "nine minutes",
    { expirationSeconds: 599 },
    422,
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
  ],
  ["an age", { expirationSeconds: 2 ** 32 + 1 }, 422, /may not specify a duration larger than 2\^32 seconds$/],
  [
    "a pod that isn't there",
    { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "q" } },
    404,
    'pods "q" not found',
  ],
  [
    "a pod that had that name once",
    { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p", uid: "1" } },
    409,
    'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (1) does not match the UID in record. The object might have been deleted and then recreated',
  ],
  [
    "a Deployment",
    { boundObjectRef: { kind: "Deployment", apiVersion: "apps/v1", name: "p" } },
    400,
    "cannot bind token to object of type apps/v1, Kind=Deployment",
  ],
];
for (const [what, spec, code, message] of refusals)
  test(`no token for ${what}`, async () => {
    const told = await requestToken(api.served, spec);
    const said = String(told.at("message"));
    assert.equal(told.status, code, said);
    if (typeof message === "string") assert.equal(said, message);
    else assert.match(said, message);
  });

test("no token for a pod of another account, nor for an account that isn't there", async () => {
  const boundObjectRef = { kind: "Pod", apiVersion: "v1", name: "p" };
  const other = await requestToken(api.served, { boundObjectRef }, "other");
  assert.deepEqual(
    [other.status, other.at("message")],
    [400, 'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.'],
  );
  const none = await requestToken(api.served, {}, "none");
  assert.deepEqual([none.status, none.at("message")], [404, 'serviceaccounts "none" not found']);
});

interface Forgery {
  readonly head?: Partial<JWTHeaderParameters> & Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly key?: KeyObject | Uint8Array;
}

/** A good token, signed anew with other words. */
function forged(
  token: string,
  { head = {}, claims = {}, key = createPrivateKey(signingKey) }: Forgery,
): Promise<string> {
  return new SignJWT({ ...payloadOf(token), ...claims })
    .setProtectedHeader({ ...headOf(token), ...head })
    .sign(key, { crit: { x: true } });
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from;
const strangersKey = createPrivateKey(newKey("P-256"));
const publicPem = createPublicKey(signingKey).export({ type: "spki", format: "pem" });

/** What becomes of a good token. */
const forgeries: readonly (readonly [what: string, forge: (good: string) => string | Promise<string>])[] = [
  ["without a signature", (good) => `${part({ alg: "none", typ: "JWT" })}.${part(payloadOf(good))}.`],
  ["without a signature, in capitals", (good) => `${part({ alg: "NONE" })}.${part(payloadOf(good))}.`],
  ["whose signature was cut off", (good) => good.split(".").slice(0, 2).join(".")],
  ["whose signature is short", (good) => good.slice(0, -8)],
  ["whose signature is empty", (good) => `${good.split(".").slice(0, 2).join(".")}.`],
  ["whose signature is of noughts", (good) => `${good.split(".").slice(0, 2).join(".")}.${"A".repeat(86)}`],
  [
    "signed by the public key as by a password",
    (good) => forged(good, { head: { alg: "HS256" }, key: createSecretKey(Buffer.from(publicPem)) }),
  ],
  ["signed by another key", (good) => forged(good, { key: strangersKey })],
  ["signed by another key of an unknown name", (good) => forged(good, { key: strangersKey, head: { kid: "x" } })],
  [
    "signed by another key that it brings along",
    (good) =>
      forged(good, {
        key: strangersKey,
        head: { jwk: createPublicKey(strangersKey).export({ format: "jwk" }) },
      }),
  ],
  [
    "signed by another key that it says where to fetch",
    (good) =>
      forged(good, {
        key: strangersKey,
        head: { jku: "https://127.0.0.1:1/keys", x5u: "https://127.0.0.1:1/cert", kid: "https://127.0.0.1:1/key" },
      }),
  ],
  [
    "signed by a file that it names",
    (good) => forged(good, { head: { kid: "../../../../../dev/null", alg: "HS256" }, key: new Uint8Array(32) }),
  ],
  [
    "with a key's name that is none",
    (good) => `${part({ alg: "ES256", kid: { a: 1 } })}.${good.split(".").slice(1).join(".")}`,
  ],
  ["with a word that must be understood", (good) => forged(good, { head: { crit: ["x"], x: 1 } })],
  ["of another issuer", (good) => forged(good, { claims: { iss: "https://issuer.example.com" } })],
  ["of no issuer", (good) => forged(good, { claims: { iss: undefined } })],
  ["for others", (good) => forged(good, { claims: { aud: ["https://vault.example.com"] } })],
  ["that has ended", (good) => forged(good, { claims: { exp: seconds(-61) } })],
  ["that has not begun", (good) => forged(good, { claims: { nbf: seconds(90) } })],
  ["from the future", (good) => forged(good, { claims: { iat: seconds(90) } })],
  ["that never ends", (good) => forged(good, { claims: { exp: undefined } })],
  ["that ends as a text", (good) => forged(good, { claims: { exp: `${seconds(600)}` } })],
  ["of an administrator", (good) => forged(good, { claims: { sub: "system:masters" } })],
  [
    "of an account with another uid",
    (good) => {
      const own = payloadOf(good)["kubernetes.io"];
      return forged(good, {
        claims: { "kubernetes.io": { ...own, serviceaccount: { ...own.serviceaccount, uid: "1" } } },
      });
    },
  ],
  [
    "whose claims are another's",
    (good) => {
      const [head, , signature] = good.split(".");
      return `${head}.${part({ ...payloadOf(good), exp: seconds(9999) })}.${signature}`;
    },
  ],
  [
    "whose claims are no JSON",
    (good) => {
      const [head, , signature] = good.split(".");
      return `${head}.${Buffer.from("{").toString("base64url")}.${signature}`;
    },
  ],
  ["twice over", (good) => `${good}.${good}`],
  ["with a space in it", (good) => `${good.slice(0, 20)} ${good.slice(20)}`],
  ["in another alphabet", (good) => good.replaceAll("-", "+").replaceAll("_", "/").replace(".", "=.")],
  ["of 33 KiB", (good) => `${good}${"A".repeat(33 << 10)}`],
];
for (const [what, forge] of forgeries)
  test(`401, without a reason: a token ${what}`, async () => {
    const good = await tokenOf(api.served);
    const { status, body } = await ask(api, await forge(good));
    const { message, details, reason } = JSON.parse(body);
    assert.deepEqual([status, message, reason, details], [401, "Unauthorized", "Unauthorized", undefined]);
    assert.equal((await ask(api, good)).status, 403, "while the good one counts");
  });

/** The same over HTTP/2; 0 where the server wants no more of the connection. */
function askHttp2({ port, authority }: Listening, token: string): Promise<number> {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: authority.certificate,
    maxSendHeaderBlockLength: 4 << 20,
  });
  return new Promise<number>((resolve) => {
    session.once("error", () => resolve(0));
    const stream = session.request({ ":path": `${core}/pods`, authorization: `Bearer ${token}` });
    stream.once("error", () => resolve(0));
    stream.once("response", (head) => resolve(Number(head[":status"])));
    stream.resume();
  }).finally(() => session.destroy());
}

test("a token of a mebibyte is not read, wherever it stands", async () => {
  const long = "x".repeat(1 << 20);
  // Where the server has answered and gone before all of it was written, there is no answer to read.
  const status = await ask(api, long).then(
    (told) => told.status,
    () => 0,
  );
  assert.ok([0, 431].includes(status), `${status}`);
  assert.ok([0, 431].includes(await askHttp2(api, long)));
  const review = await make(api.served, "/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token: long } });
  assert.deepEqual(review.at("status"), { error: "invalid bearer token" });
  const good = await tokenOf(api.served);
  assert.deepEqual([(await ask(api, good)).status, await askHttp2(api, good)], [403, 403]);
});

test("clocks may differ by a minute", async () => {
  const good = await tokenOf(api.served);
  for (const claims of [{ exp: seconds(-30) }, { nbf: seconds(30) }, { iat: seconds(30) }])
    assert.equal((await ask(api, await forged(good, { claims }))).status, 403);
});

test("a token ends with its account, and doesn't count for another of that name", async () => {
  await make(api.served, accounts, { metadata: { name: "brief" } });
  const token = String((await requestToken(api.served, {}, "brief")).at("status", "token"));
  assert.equal((await ask(api, token)).status, 403);
  await api.served.send("DELETE", `${accounts}/brief`);
  assert.equal((await ask(api, token)).status, 401);
  await make(api.served, accounts, { metadata: { name: "brief" } });
  assert.equal((await ask(api, token)).status, 401);
});

for (const { kind, collection, object } of [
  { kind: "Pod", collection: `${core}/pods`, object: podSpec("bound") },
  { kind: "Secret", collection: `${core}/secrets`, object: { metadata: { name: "bound" } } },
  { kind: "Node", collection: "/api/v1/nodes", object: { metadata: { name: "bound" } } },
])
  test(`a token ends with the ${kind} that it is bound to, and doesn't count for another of that name`, async () => {
    const uid = (await make(api.served, collection, object)).at("metadata", "uid");
    const token = await tokenOf(api.served, { boundObjectRef: { kind, apiVersion: "v1", name: "bound", uid } });
    assert.equal((await ask(api, token)).status, 403);
    const gone = await api.served.send("DELETE", `${collection}/bound?gracePeriodSeconds=0`);
    assert.equal(gone.status, 200, gone.text);
    assert.equal((await ask(api, token)).status, 401);
    await make(api.served, collection, object);
    assert.equal((await ask(api, token)).status, 401);
  });
