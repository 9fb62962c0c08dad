import assert from "node:assert/strict";
import { createPrivateKey, createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, suite, test } from "node:test";
import { type JWTHeaderParameters, SignJWT, UnsecuredJWT } from "jose";
import type { KeyPair } from "#os/pki.ts";
import { type Listening, listening, validity } from "../server/listening.ts";
import { issuer, newKey, ownTokens } from "../server/served.ts";
import { core } from "./over-tls.ts";

const whoami = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const rbac = "/apis/rbac.authorization.k8s.io/v1";

interface Told {
  readonly status: number;
  readonly message: unknown;
  readonly body: string;
}

/** Over TLS and HTTP/1.1, where a header may stand twice; with no certificate where none is shown. */
function post(
  { port, authority }: Listening,
  shown: KeyPair | undefined,
  asked: {
    readonly path: string;
    readonly headers: Readonly<Record<string, string | string[]>>;
    readonly body?: object;
  },
): Promise<Told> {
  const credentials = shown === undefined ? {} : { cert: shown.certificate, key: shown.key };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        ...{ host: "127.0.0.1", port, path: asked.path, method: "POST", agent: false, ca: authority.certificate },
        ...credentials,
        headers: { "content-type": "application/json", ...asked.headers },
      },
      async (answer) => {
        const body = await text(answer);
        resolve({ status: answer.statusCode ?? 0, message: JSON.parse(body).message, body });
      },
    );
    request.on("error", reject);
    request.end(JSON.stringify(asked.body ?? {}));
  });
}

suite("who somebody says they are, and what they give", () => {
  const signingKey = newKey("P-256");
  let server: Listening;
  let anna: KeyPair;
  before(async () => {
    server = await listening({ tokens: ownTokens(signingKey) });
    anna = await server.authority.forClient({ name: "anna", organizations: ["staff"] }, validity());
    const { send } = server.served;
    const rules = [
      {
        apiGroups: ["rbac.authorization.k8s.io"],
        resources: ["roles", "clusterroles", "rolebindings"],
        verbs: ["create"],
      },
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
    ];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "writer" };
    for (const [path, body] of [
      [`${core}/serviceaccounts`, { metadata: { name: "web" } }],
      [
        `${core}/pods`,
        { metadata: { name: "p" }, spec: { serviceAccountName: "web", containers: [{ name: "c", image: "i" }] } },
      ],
      [`${rbac}/clusterroles`, { metadata: { name: "writer" }, rules }],
      [
        `${rbac}/clusterrolebindings`,
        { metadata: { name: "writers" }, roleRef, subjects: [{ kind: "User", name: "anna" }] },
      ],
    ] as const) {
      const told = await send("POST", path, { body });
      assert.equal(told.status, 201, told.text);
    }
  });
  after(() => server[Symbol.asyncDispose]());

  for (const [name, headers, code, says] of [
    ["without the right", { "Impersonate-User": "root" }, 403, 'cannot impersonate resource "users"'],
    ["in mixed case", { "iMPERSONATE-uSER": "root" }, 403, 'cannot impersonate resource "users"'],
    ["with a group", { "Impersonate-User": "anna", "Impersonate-Group": "system:masters" }, 403, "cannot impersonate"],
    ["twice", { "Impersonate-User": ["anna", "root"] }, 400, "stands twice"],
    [
      "as a header of the connection",
      { "Impersonate-User": "root", Connection: "close, impersonate-user" },
      403,
      "cannot",
    ],
    ["of a group alone", { "Impersonate-Group": "system:masters" }, 400, "without impersonating a user"],
  ] as const)
    test(`71: impersonation ${name}`, async () => {
      const told = await post(server, anna, {
        path: whoami,
        headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, typeof v === "string" ? v : [...v]])),
      });
      assert.equal(told.status, code, told.body);
      assert.ok(String(told.message).includes(says), told.body);
    });

  const ownKey = createPrivateKey(signingKey);
  const seconds = (): number => Math.floor(Date.now() / 1000);
  const tokenOf = async (spec: object = {}): Promise<string> => {
    const told = await server.served.send("POST", `${core}/serviceaccounts/web/token`, { body: { spec } });
    assert.equal(told.status, 201, told.text);
    return String(told.at("status", "token"));
  };
  const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  const headOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
  /** A good token's claims, others among them, signed by another key or in another way. */
  const forged = async (claims: object, head: Partial<JWTHeaderParameters> = {}, key: KeyObject = ownKey) => {
    const good = await tokenOf();
    return new SignJWT({ ...payloadOf(good), ...claims }).setProtectedHeader({ ...headOf(good), ...head }).sign(key);
  };

  const bad: readonly (readonly [string, () => Promise<string>])[] = [
    ["alg none", async () => new UnsecuredJWT(payloadOf(await tokenOf())).encode()],
    ["the public key as a secret", () => forged({}, { alg: "HS256" }, createSecretKey(Buffer.from(signingKey)))],
    ["another's key", () => forged({}, {}, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)],
    ["another audience", () => tokenOf({ audiences: ["https://vault.example.com"] })],
    ["another issuer", () => forged({ iss: `${issuer}.evil.example` })],
    ["its time over", () => forged({ iat: seconds() - 7200, nbf: seconds() - 7200, exp: seconds() - 3600 })],
    ["its time to come", () => forged({ nbf: seconds() + 3600, exp: seconds() + 7200 })],
    [
      "a pod that is gone",
      async () => {
        const token = await tokenOf({ boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "p" } });
        await server.served.send("DELETE", `${core}/pods/p`, { body: { gracePeriodSeconds: 0 } });
        return token;
      },
    ],
    ["a signature cut off", async () => (await tokenOf()).slice(0, -4)],
    ["no token", async () => "x.y.z"],
  ];
  test("72: a token that is good is taken", async () => {
    const told = await post(server, undefined, {
      path: whoami,
      headers: { authorization: `Bearer ${await tokenOf()}` },
    });
    assert.equal(told.status, 201, told.body);
  });
  for (const [name, token] of bad)
    test(`72: a token with ${name} is refused, and not told why`, async () => {
      const told = await post(server, undefined, {
        path: whoami,
        headers: { authorization: `Bearer ${await token()}` },
      });
      assert.deepEqual([told.status, told.message], [401, "Unauthorized"]);
    });
  test("72: a token of a mebibyte is not read", async () => {
    const shown = { authorization: `Bearer ${"x".repeat(1 << 20)}` };
    const told = await post(server, undefined, { path: whoami, headers: shown }).then(
      ({ status }) => status,
      (fault: unknown) => fault,
    );
    assert.ok(told === 431 || told === 401 || told instanceof Error, String(told));
    assert.equal((await post(server, anna, { path: whoami, headers: {} })).status, 201);
  });
  test("72: a server's certificate shows no client", async () => {
    const serving = await server.authority.forServer(
      { name: "admin", organizations: ["system:masters"] },
      ["127.0.0.1"],
      validity(),
    );
    const told = await post(server, serving, { path: whoami, headers: {} });
    assert.deepEqual([told.status, told.message], [401, "Unauthorized"]);
  });

  const everything = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
  const granting =
    /user "anna" \(groups=\["staff" "system:authenticated"\]\) is attempting to grant RBAC permissions not currently held:\n/;
  for (const [name, path, body, missing] of [
    [
      "a role of everything",
      `${rbac}/clusterroles`,
      { metadata: { name: "all" }, rules: [everything] },
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
    ],
    [
      "a role of what they lack in part",
      `${rbac}/namespaces/default/roles`,
      { metadata: { name: "part" }, rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "delete"] }] },
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    ],
    [
      "a binding to a role that holds more",
      `${rbac}/namespaces/default/rolebindings`,
      {
        metadata: { name: "up" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
        subjects: [{ kind: "User", name: "anna" }],
      },
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}',
    ],
  ] as const)
    test(`73: ${name} is refused, and what is missing is listed`, async () => {
      const told = await post(server, anna, { path, headers: {}, body });
      assert.equal(told.status, 403, told.body);
      assert.match(String(told.message), granting);
      assert.ok(String(told.message).includes(missing), String(told.message));
    });
  test("73: a role that gathers others by their labels is refused to who doesn't hold everything", async () => {
    const aggregationRule = {
      clusterRoleSelectors: [{ matchLabels: { "rbac.authorization.k8s.io/aggregate-to-admin": "true" } }],
    };
    const told = await post(server, anna, {
      path: `${rbac}/clusterroles`,
      headers: {},
      body: { metadata: { name: "gathered" }, rules: [], aggregationRule },
    });
    assert.equal(told.status, 403, told.body);
  });
});
