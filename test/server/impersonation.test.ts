import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import type { KeyPair } from "#os/pki.ts";
import { type Listening, listening, validity } from "./listening.ts";
import { administrator, partOf, type Sent, serve } from "./served.ts";

const whoami = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const plain = { user: "anna", groups: ["staff", "system:authenticated"] };

type Lines = readonly (readonly [name: string, value: string])[];

interface Told {
  readonly status: number;
  readonly body: unknown;
}

/** Bytes as they are, so that nothing is joined, folded or left out on the way. */
function overHttp1({ port, authority }: Listening, client: KeyPair, lines: Lines): Promise<Told> {
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, servername: "localhost", ...credentials }, () => {
      const head = [["Host", "localhost"], ["Content-Type", "application/json"], ["Content-Length", "2"], ...lines];
      const isKept = lines.some(([name]) => name.toLowerCase() === "connection");
      const all = isKept ? head : [...head, ["Connection", "close"]];
      socket.write(`POST ${whoami} HTTP/1.1\r\n${all.map((line) => line.join(": ")).join("\r\n")}\r\n\r\n{}`);
    });
    let told = "";
    socket.on("data", (chunk) => {
      told += chunk.toString();
      const [head = "", body = ""] = told.split("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (body.length < length || Number.isNaN(length)) return;
      socket.destroy();
      resolve({ status: Number(head.split(" ")[1]), body: JSON.parse(body) });
    });
    socket.on("error", reject);
  });
}

async function overHttp2({ port, authority }: Listening, client: KeyPair, lines: Lines): Promise<Told> {
  const credentials = { ca: authority.certificate, cert: client.certificate, key: client.key };
  const session = connectHttp2(`https://127.0.0.1:${port}`, credentials);
  try {
    const names = new Set(lines.map(([name]) => name.toLowerCase()));
    const headers = Object.fromEntries(
      [...names].map((name) => [name, lines.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value)]),
    );
    const stream = session.request({
      ":method": "POST",
      ":path": whoami,
      "content-type": "application/json",
      ...headers,
    });
    const status = new Promise<number>((resolve, reject) => {
      stream.on("response", (head) => resolve(Number(head[":status"])));
      stream.on("error", reject);
      session.on("error", reject);
    });
    stream.end("{}");
    return { status: await status, body: JSON.parse(await text(stream)) };
  } finally {
    session.destroy();
  }
}

const cannot = (resource: string, group = "", where = "at the cluster scope") =>
  `User "anna" cannot impersonate resource "${resource}" in API group "${group}" ${where}`;

/** What somebody sends who may impersonate nobody, and what they hear. */
const smuggled: readonly {
  readonly name: string;
  readonly lines: Lines;
  readonly code: number;
  readonly says: string;
}[] = [
  { name: "without the right", lines: [["Impersonate-User", "root"]], code: 403, says: cannot("users") },
  { name: "themselves", lines: [["Impersonate-User", "anna"]], code: 403, says: cannot("users") },
  { name: "in mixed case", lines: [["iMPERSONATE-uSER", "root"]], code: 403, says: cannot("users") },
  {
    name: "twice",
    lines: [
      ["Impersonate-User", "anna"],
      ["impersonate-user", "root"],
    ],
    code: 400,
    says: "stands twice",
  },
  { name: "nobody", lines: [["Impersonate-User", ""]], code: 400, says: "requested [] without impersonating a user" },
  {
    name: "a group alone",
    lines: [["Impersonate-Group", "system:masters"]],
    code: 400,
    says: "requested [{Group  system:masters    }] without impersonating a user",
  },
  {
    name: "a UID alone",
    lines: [["Impersonate-Uid", "7"]],
    code: 400,
    says: "requested [{UID  7  authentication.k8s.io/v1  }] without impersonating a user",
  },
  {
    name: "further knowledge alone",
    lines: [["Impersonate-Extra-Desk", "north"]],
    code: 400,
    says: "requested [{UserExtra  north  authentication.k8s.io/v1  desk}] without impersonating a user",
  },
  {
    name: "by a header that there isn't",
    lines: [
      ["Impersonate-User", "root"],
      ["Impersonate-Role", "admin"],
    ],
    code: 400,
    says: '"impersonate-role" is no header that impersonates anything',
  },
  {
    name: "a service account",
    lines: [["Impersonate-User", "system:serviceaccount:shop:web"]],
    code: 403,
    says: cannot("serviceaccounts", "", 'in the namespace "shop"'),
  },
];

for (const [way, ask] of [
  ["HTTP/1.1", overHttp1],
  ["HTTP/2", overHttp2],
] as const) {
  test(`${way}: who may impersonate nobody is refused, and never acts as themselves`, async () => {
    await using server = await listening();
    const client = await server.authority.forClient({ name: "anna", organizations: ["staff"] }, validity());
    for (const { name, lines, code, says } of smuggled) {
      const { status, body } = await ask(server, client, lines);
      const message = String(partOf(body, ["message"]));
      assert.deepEqual([status, message.includes(says)], [code, true], `${name}: ${status} ${message}`);
    }
    const { body } = await ask(server, client, []);
    assert.equal(partOf(body, ["status", "userInfo", "username"]), "anna");
  });

  test(`${way}: each line is a group of its own, whatever stands in it`, async () => {
    await using server = await listening();
    const { status, body } = await ask(server, server.client, [
      ["Impersonate-User", "bob"],
      ["Impersonate-Group", "a, b"],
      ["Impersonate-Group", "c"],
      ["Impersonate-Uid", "7"],
      ["Impersonate-Extra-Example.com%2FDesk", "north"],
      ["Impersonate-Extra-Example.com%2FDesk", "3, 4"],
    ]);
    assert.deepEqual(
      [status, partOf(body, ["status", "userInfo"])],
      [
        201,
        {
          username: "bob",
          uid: "7",
          groups: ["a, b", "c", "system:authenticated"],
          extra: { "example.com/desk": ["north", "3, 4"] },
        },
      ],
    );
  });
}

test("HTTP/1.1: a header that the client calls hop-by-hop counts all the same", async () => {
  await using server = await listening();
  const client = await server.authority.forClient({ name: "anna", organizations: ["staff"] }, validity());
  for (const connection of ["Impersonate-User", "close, impersonate-user", "Impersonate-User, Impersonate-Group"]) {
    const lines = [["Connection", connection] as const, ["Impersonate-User", "root"] as const];
    assert.equal((await overHttp1(server, client, lines)).status, 403, connection);
  }
});

test("a command in a pod is no way around", async () => {
  await using server = await listening();
  const client = await server.authority.forClient({ name: "anna", organizations: ["staff"] }, validity());
  const path = "/api/v1/namespaces/default/pods/web/exec?command=sh";
  const credentials = { ca: server.authority.certificate, cert: client.certificate, key: client.key };
  const head = await new Promise<string>((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port: server.port, servername: "localhost", ...credentials }, () =>
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nImpersonate-User: root\r\n\r\n`,
      ),
    );
    text(socket).then(resolve, reject);
  });
  assert.match(head, /^HTTP\/1\.1 403 /);
  assert(head.includes(JSON.stringify(cannot("users")).slice(1, -1)), head);
});

/** As an administrator, who may impersonate everybody: who it is then. */
const people: readonly {
  readonly name: string;
  readonly headers: Sent["headers"];
  readonly groups: readonly string[];
}[] = [
  { name: "a user", headers: { "impersonate-user": "bob" }, groups: ["system:authenticated"] },
  {
    name: "a service account, in its groups",
    headers: { "impersonate-user": "system:serviceaccount:shop:web" },
    groups: ["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"],
  },
  {
    name: "a service account, in other groups where they are named",
    headers: { "impersonate-user": "system:serviceaccount:shop:web", "impersonate-group": "x" },
    groups: ["x", "system:authenticated"],
  },
  { name: "nobody", headers: { "impersonate-user": "system:anonymous" }, groups: ["system:unauthenticated"] },
  {
    name: "somebody who hasn't shown who they are",
    headers: { "impersonate-user": "bob", "impersonate-group": "system:unauthenticated" },
    groups: ["system:unauthenticated"],
  },
];

for (const { name, headers, groups } of people)
  test(`impersonating ${name}`, async () => {
    await using served = await serve();
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const isKnown = groups.includes("system:authenticated");
    const told = await served.send("POST", whoami, { body: {}, ...(headers && { headers }) });
    if (isKnown)
      assert.deepEqual(
        [told.at("status", "userInfo", "username"), told.at("status", "userInfo", "groups")],
        [headers?.["impersonate-user"], groups],
      );
    else assert.equal(told.status, 403, told.text);
    const spec = { resourceAttributes: { verb: "get", resource: "secrets" } };
    const may = await served.send("POST", path, { body: { spec }, ...(headers && { headers }) });
    assert.equal(isKnown ? may.at("status", "allowed") : may.status, isKnown ? false : 403);
  });

test("an administrator who impersonates somebody has the rights of that one alone", async () => {
  await using served = await serve();
  const headers = { "impersonate-user": "bob" };
  const listed = await served.send("GET", "/api/v1/secrets", { headers, identity: administrator });
  assert.equal(
    listed.at("message"),
    'secrets is forbidden: User "bob" cannot list resource "secrets" in API group "" at the cluster scope',
  );
  const group = { ...headers, "impersonate-group": "system:masters" };
  assert.equal((await served.send("GET", "/api/v1/secrets", { headers: group })).status, 200);
  assert.equal((await served.send("GET", "/api/v1/secrets", { headers: group, identity: plain })).status, 403);
});

/** What somebody may impersonate by a role, and what they try. */
const tries: readonly { readonly name: string; readonly headers: Record<string, string>; readonly denied?: string }[] =
  [
    { name: "the user that the role names", headers: { "impersonate-user": "bob" } },
    { name: "another user", headers: { "impersonate-user": "root" }, denied: 'resource "users" in API group ""' },
    { name: "in a group that it names", headers: { "impersonate-user": "bob", "impersonate-group": "dev" } },
    {
      name: "in another group",
      headers: { "impersonate-user": "bob", "impersonate-group": "system:masters" },
      denied: 'resource "groups" in API group ""',
    },
    {
      name: "with a UID",
      headers: { "impersonate-user": "bob", "impersonate-uid": "7" },
      denied: 'resource "uids" in API group "authentication.k8s.io"',
    },
    { name: "with knowledge that it names", headers: { "impersonate-user": "bob", "impersonate-extra-desk": "north" } },
    {
      name: "with other values of it",
      headers: { "impersonate-user": "bob", "impersonate-extra-desk": "south" },
      denied: 'resource "userextras/desk" in API group "authentication.k8s.io"',
    },
    {
      name: "with other knowledge",
      headers: { "impersonate-user": "bob", "impersonate-extra-scopes": "north" },
      denied: 'resource "userextras/scopes" in API group "authentication.k8s.io"',
    },
    {
      name: "a service account",
      headers: { "impersonate-user": "system:serviceaccount:shop:web" },
      denied: 'resource "serviceaccounts" in API group "" in the namespace "shop"',
    },
  ];

for (const { name, headers, denied } of tries)
  test(`by a role one impersonates ${name}: ${denied === undefined ? "allowed" : "refused"}`, async () => {
    await using served = await serve();
    const path = "/apis/rbac.authorization.k8s.io/v1";
    const apiGroup = "rbac.authorization.k8s.io";
    const may = (group: string, resource: string, names: readonly string[]) => ({
      verbs: ["impersonate"],
      apiGroups: [group],
      resources: [resource],
      resourceNames: names,
    });
    const rules = [
      may("", "users", ["bob"]),
      may("", "groups", ["dev"]),
      may("authentication.k8s.io", "userextras/desk", ["north"]),
    ];
    await served.send("POST", `${path}/clusterroles`, { body: { metadata: { name: "as-bob" }, rules } });
    const body = {
      metadata: { name: "as-bob" },
      roleRef: { apiGroup, kind: "ClusterRole", name: "as-bob" },
      subjects: [{ apiGroup, kind: "User", name: "anna" }],
    };
    assert.equal((await served.send("POST", `${path}/clusterrolebindings`, { body })).status, 201);
    const told = await served.send("POST", whoami, { body: {}, headers, identity: plain });
    if (denied === undefined) assert.equal(told.at("status", "userInfo", "username"), "bob", told.text);
    else assert(told.status === 403 && String(told.at("message")).includes(`cannot impersonate ${denied}`), told.text);
  });
