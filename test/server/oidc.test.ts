import assert from "node:assert/strict";
import { createPublicKey, createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:https";
import { test } from "node:test";
import { SignJWT } from "jose";
import { type Authority, createAuthority } from "#os/pki.ts";
import type { OidcOptions } from "#server/authentication/oidc/oidc-tokens.ts";
import { validity } from "./listening.ts";
import { type Served, type ServeOptions, serve, type Told } from "./served.ts";

/** What an issuer answers: a document, or another place. */
type Page = (issuer: Issuer) => object | string | { readonly to: string } | "nothing";

interface Key {
  readonly id: string;
  readonly privateKey: KeyObject;
}
const newKey = (id: string): Key => ({
  id,
  privateKey: generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
});
const published = ({ id, privateKey }: Key) => ({
  ...createPublicKey(privateKey).export({ format: "jwk" }),
  kid: id,
  use: "sig",
});

/** An issuer on a port of its own, with a certificate of its own. */
class Issuer {
  readonly authority: Authority;
  readonly url: string;
  readonly #server: Server;
  readonly pages = new Map<string, Page>();
  keys: readonly Key[] = [newKey("one")];
  asked: string[] = [];

  private constructor(authority: Authority, server: Server) {
    this.authority = authority;
    this.#server = server;
    const address = server.address();
    this.url = `https://localhost:${typeof address === "object" ? address?.port : 0}`;
    this.pages.set("/.well-known/openid-configuration", () => ({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
    this.pages.set("/keys", () => ({ keys: this.keys.map(published) }));
    server.on("request", ({ url = "" }, response) => {
      this.asked.push(url);
      const page = this.pages.get(url)?.(this);
      if (page === "nothing") return;
      if (typeof page === "object" && "to" in page && typeof page.to === "string")
        response.writeHead(302, { location: page.to });
      else if (page === undefined) response.writeHead(404);
      response.end(typeof page === "string" ? page : JSON.stringify(page));
    });
  }

  static async start(): Promise<Issuer> {
    const authority = await createAuthority("issuer-ca", validity());
    const { certificate: cert, key } = await authority.forServer({ name: "issuer" }, ["localhost"], validity());
    const server = createServer({ cert, key });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return new Issuer(authority, server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** An ID token for `portolan`, for ten minutes. */
  token(claims: object = {}, { id, privateKey } = this.keys[0] ?? newKey("none")): Promise<string> {
    const seconds = Math.floor(Date.now() / 1000);
    const all = { iss: this.url, aud: "portolan", sub: "anna", exp: seconds + 600, iat: seconds, ...claims };
    return new SignJWT(all).setProtectedHeader({ alg: "ES256", kid: id }).sign(privateKey);
  }
}

const options = (issuer: Issuer, change: Partial<OidcOptions> = {}): OidcOptions => ({
  issuer: issuer.url,
  clientId: "portolan",
  usernameClaim: "sub",
  usernamePrefix: `${issuer.url}#`,
  groupsClaim: "groups",
  groupsPrefix: "oidc:",
  requiredClaims: [],
  ca: issuer.authority.certificate,
  algorithms: ["ES256"],
  ...change,
});

const withIssuer = (issuer: Issuer, more: ServeOptions = {}): Promise<Served> =>
  serve({ oidc: options(issuer), ...more });

const whoAmI = (served: Served, token: string): Promise<Told> =>
  served.send("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {
    body: {},
    identity: undefined,
    headers: { authorization: `Bearer ${token}` },
  });

test("who shows an ID token is the user and in the groups that it names, with their prefixes", async () => {
  await using issuer = await Issuer.start();
  await using served = await withIssuer(issuer);
  assert.deepEqual(issuer.asked, [], "nobody is asked before there is a token");
  const told = await whoAmI(served, await issuer.token({ groups: ["dev", "ops"], jti: "7" }));
  assert.deepEqual(told.at("status", "userInfo"), {
    username: `${issuer.url}#anna`,
    groups: ["oidc:dev", "oidc:ops", "system:authenticated"],
    extra: { "authentication.kubernetes.io/credential-id": ["JTI=7"] },
  });
  for (let again = 0; again < 3; again++) await whoAmI(served, await issuer.token({ sub: `user-${again}` }));
  assert.deepEqual(issuer.asked, ["/.well-known/openid-configuration", "/keys"], "keys are fetched once");
});

const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from;
const refusals: readonly (readonly [what: string, token: (issuer: Issuer) => Promise<string>])[] = [
  ["for another client", (issuer) => issuer.token({ aud: "another" })],
  ["for nobody", (issuer) => issuer.token({ aud: undefined })],
  ["of another issuer", (issuer) => issuer.token({ iss: "https://localhost:1" })],
  ["that has ended", (issuer) => issuer.token({ exp: seconds(-2) })],
  ["without an end", (issuer) => issuer.token({ exp: undefined })],
  ["that has not begun", (issuer) => issuer.token({ nbf: seconds(90) })],
  ["without a name", (issuer) => issuer.token({ sub: undefined })],
  ["whose name is a number", (issuer) => issuer.token({ sub: 7 })],
  ["whose groups are no texts", (issuer) => issuer.token({ groups: [7] })],
  ["signed by another key of that name", (issuer) => issuer.token({}, newKey("one"))],
  ["signed by a key that it doesn't have", (issuer) => issuer.token({}, newKey("two"))],
  [
    "signed by the public key as by a password",
    async (issuer) => {
      const [{ privateKey } = newKey("none")] = issuer.keys;
      const secret = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
      const claims = JSON.parse(Buffer.from((await issuer.token()).split(".")[1] ?? "", "base64url").toString());
      return new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid: "one" })
        .sign(createSecretKey(Buffer.from(secret)));
    },
  ],
  ["without a signature", async (issuer) => `${btoa('{"alg":"none"}')}.${(await issuer.token()).split(".")[1]}.`],
];
for (const [what, token] of refusals)
  test(`401, without a reason: an ID token ${what}`, async () => {
    await using issuer = await Issuer.start();
    await using served = await withIssuer(issuer);
    const told = await whoAmI(served, (await token(issuer)).replaceAll("=", ""));
    assert.deepEqual([told.status, told.at("message"), told.at("details")], [401, "Unauthorized", undefined]);
    assert.equal((await whoAmI(served, await issuer.token())).status, 201);
  });

test("a new key of the issuer counts at once, one that was withdrawn no more; unknown ones don't make it asked again and again", async () => {
  await using issuer = await Issuer.start();
  let now = Date.now();
  await using served = await withIssuer(issuer, { now: () => now });
  const [first = newKey("none")] = issuer.keys;
  const old = await issuer.token();
  assert.equal((await whoAmI(served, old)).status, 201);
  const second = newKey("two");
  issuer.keys = [second];
  assert.equal((await whoAmI(served, await issuer.token({}, second))).status, 401, "it was asked just now");
  now += 11_000;
  assert.equal((await whoAmI(served, await issuer.token({}, second))).status, 201);
  assert.equal((await whoAmI(served, old)).status, 401, "the first key was withdrawn");
  for (let again = 0; again < 5; again++) await whoAmI(served, await issuer.token({}, newKey(`x${again}`)));
  await whoAmI(served, await issuer.token({}, first));
  assert.deepEqual(issuer.asked.filter((path) => path === "/keys").length, 2);
});

const troubles: readonly (readonly [what: string, path: string, page: Page, said: RegExp])[] = [
  ["that leads elsewhere", "/keys", () => ({ to: "https://127.0.0.1:1/keys" }), /it leads to another host/],
  [
    "that leads to plain HTTP",
    "/keys",
    ({ url }) => ({ to: url.replace("https", "http") }),
    /it leads to another host/,
  ],
  ["that leads in a circle", "/keys", () => ({ to: "/keys" }), /it leads from one place to the next/],
  ["that says too much", "/keys", () => "x".repeat(2 << 20), /it gave more than 1048576 bytes/],
  [
    "that speaks of another",
    "/.well-known/openid-configuration",
    () => ({ issuer: "https://x" }),
    /another|instead of/,
  ],
  ["that gives no JSON", "/.well-known/openid-configuration", () => "<html>", /it gave no JSON object/],
  ["that gives no keys", "/keys", () => ({}), /it gave no keys/],
];
for (const [what, path, page, said] of troubles)
  test(`an issuer ${what} shows nobody, is told of, and is asked again later`, async () => {
    await using issuer = await Issuer.start();
    const good = issuer.pages.get(path);
    issuer.pages.set(path, page);
    let now = Date.now();
    const faults: unknown[] = [];
    await using served = await withIssuer(issuer, { now: () => now, report: (fault) => faults.push(fault) });
    const token = await issuer.token();
    assert.equal((await whoAmI(served, token)).status, 401);
    assert.match(String(faults[0]), said);
    const asked = issuer.asked.length;
    assert.equal((await whoAmI(served, token)).status, 401);
    assert.equal(issuer.asked.length, asked, "it is left in peace for a while");
    if (good !== undefined) issuer.pages.set(path, good);
    now += 11_000;
    assert.equal((await whoAmI(served, token)).status, 201);
    assert.equal(faults.length, 1);
  });

test("keys may stand elsewhere on the issuer's host", async () => {
  await using issuer = await Issuer.start();
  issuer.pages.set("/keys", () => ({ to: "/keys/now" }));
  issuer.pages.set("/keys/now", ({ keys }) => ({ keys: keys.map(published) }));
  await using served = await withIssuer(issuer);
  assert.equal((await whoAmI(served, await issuer.token())).status, 201);
});

test("an issuer whose certificate nobody knows shows nobody", async () => {
  await using issuer = await Issuer.start();
  const faults: unknown[] = [];
  const oidc = options(issuer, { ca: undefined });
  await using served = await serve({ oidc, report: (fault) => faults.push(fault) });
  assert.equal((await whoAmI(served, await issuer.token())).status, 401);
  assert.match(String(faults[0]), /certificate/);
});

test("while an issuer doesn't answer, everybody else is known all the same", async () => {
  await using issuer = await Issuer.start();
  issuer.pages.set("/.well-known/openid-configuration", () => "nothing");
  const faults: unknown[] = [];
  await using served = await withIssuer(issuer, { report: (fault) => faults.push(fault) });
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await served.send("POST", accounts, { body: { metadata: { name: "web" } } });
  const made = await served.send("POST", `${accounts}/web/token`, { body: {} });
  const waiting = whoAmI(served, await issuer.token());
  const account = await whoAmI(served, String(made.at("status", "token")));
  assert.equal(account.at("status", "userInfo", "username"), "system:serviceaccount:default:web");
  await issuer[Symbol.asyncDispose]();
  assert.equal((await waiting).status, 401);
});

test("a key of the issuer that is of no use shows nobody, and one that has no name is found by trying", async () => {
  await using issuer = await Issuer.start();
  const [good = newKey("none")] = issuer.keys;
  const { kid: _, ...nameless } = published(good);
  const useless = [
    { kty: "EC" },
    { kty: "EC", crv: "P-256", x: "!", y: 7, kid: "two" },
    "key",
    { kty: "constructor" },
    7,
  ];
  issuer.pages.set("/keys", () => ({ keys: [...useless, published(newKey("three")), nameless] }));
  await using served = await withIssuer(issuer);
  const bare = await new SignJWT({ iss: issuer.url, aud: "portolan", sub: "anna", exp: seconds(600) })
    .setProtectedHeader({ alg: "ES256" })
    .sign(good.privateKey);
  assert.equal((await whoAmI(served, bare)).status, 201);
  assert.equal((await whoAmI(served, await issuer.token({}, newKey("two")))).status, 401);
  assert.equal((await whoAmI(served, await issuer.token())).status, 401, "no key is called so");
});
