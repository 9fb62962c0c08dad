import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { defaultBackendSettings } from "#core/routes/default-settings.ts";
import type { RouteFilters } from "#core/routes/route-filters.ts";
import type { Backend, BackendSettings, PathMatch, Route, RouteTable, Target } from "#core/routes/route-table.ts";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import { freePort } from "../harness/cluster.ts";
import { withHaproxy } from "./lone-frontend.ts";
import { type PlannedHaproxy, said, servePlan } from "./planned-haproxy.ts";

const everything = { headers: [], query: [], cookies: [] };
const local = mustCidr("127.0.0.0/8");
const elsewhere = mustCidr("10.0.0.0/8");
const cors = {
  ...{ origins: ["https://*.example.com"], methods: ["GET", "PUT"], headers: ["X-A"], exposed: ["X-B"] },
  ...{ credentials: true, maxAgeSeconds: 600 },
};

/** Paths of one host, what their routes do, and how their backend is spoken to. */
const paths: Readonly<
  Record<string, { filters?: RouteFilters; settings?: Partial<BackendSettings>; path?: PathMatch }>
> = {
  plain: {},
  limited: { filters: { maxBodyBytes: 10 } },
  allowed: { filters: { sources: { allow: [elsewhere, local], deny: [] } } },
  refused: { filters: { sources: { allow: [elsewhere], deny: [] } } },
  denied: { filters: { sources: { allow: [], deny: [local] } } },
  rated: { filters: { rateLimit: { perMinute: 1, burstFactor: 2, exempt: [], status: 429 } } },
  exempt: { filters: { rateLimit: { perMinute: 1, burstFactor: 1, exempt: [local], status: 429 } } },
  https: { filters: { httpsRedirect: { status: 308 } } },
  "https-refused": { filters: { httpsRedirect: { status: 301 }, sources: { allow: [elsewhere], deny: [] } } },
  cors: { filters: { cors } },
  "any-origin": { filters: { cors: { ...cors, origins: ["*"], credentials: false } } },
  whole: { filters: { rewrite: { path: { kind: "whole", value: "/other%20'\\x?a=1" } } } },
  prefix: { filters: { rewrite: { path: { kind: "prefix", value: "/new" }, host: "inner.example" } } },
  bare: { filters: { rewrite: { path: { kind: "prefix", value: "/" } } } },
  pattern: {
    filters: { rewrite: { path: { kind: "pattern", value: "/$2?first=$1%" } } },
    path: { kind: "pattern", value: "/pattern/([a-z]+)(?:/|$)(.*)" },
  },
  headers: {
    filters: {
      requestHeaders: {
        remove: ["x-gone"],
        set: [{ name: "x-set", value: "50% \"of\" 'it'  \\ #$" }],
        add: [{ name: "x-add", value: "2" }],
      },
      responseHeaders: { remove: ["x-pod"], set: [{ name: "x-said", value: "%[src]" }], add: [] },
    },
  },
  slow: { settings: { timeouts: { connect: 1, send: 1, read: 1 } } },
  least: { settings: { balance: { kind: "leastConnections" } } },
  hashed: { settings: { balance: { kind: "hash", of: { kind: "header", name: "x-user" } } } },
  sticky: {
    settings: {
      stickiness: {
        name: "KUBIA",
        path: "/sticky",
        maxAgeSeconds: 60,
        sameSite: "Lax",
        secure: false,
        changesOnFailure: true,
      },
    },
  },
  proxied: { settings: { connectRetries: 0 } },
};

const ends: Server[] = [];
let haproxy: PlannedHaproxy | undefined;
let port = 0;

async function pod(name: string): Promise<number> {
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/slow")) return;
    response.setHeader("x-pod", name);
    response.end(JSON.stringify({ pod: name, url: request.url, headers: request.headers }));
  });
  ends.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a pod without a port");
  return address.port;
}

const member = (at: number) => ({
  ip: mustIp("127.0.0.1"),
  port: at,
  nodeName: undefined,
  pod: undefined,
  condition: "ready" as const,
});

function backend(id: string, ports: readonly number[], settings: Partial<BackendSettings> = {}): Backend {
  return {
    ...{ id, service: "default/kubia", port: 80, pool: { scope: "cluster", members: ports.map(member), leftOut: [] } },
    settings: { ...defaultBackendSettings, ...settings },
  };
}

const origin = { kind: "Ingress", name: "default/x", field: "spec" } as const;
const route = (id: string, path: PathMatch, filters: RouteFilters, to: Target): Route => ({
  ...{ id, host: "*", match: { ...everything, path }, seniority: id, filters, to, origin },
});
const prefix = (value: string): PathMatch => ({ kind: "prefix", value });

before(async () => {
  if (withHaproxy.skip !== undefined) return;
  port = await freePort();
  const [one, two] = [await pod("one"), await pod("two")];
  const backends = new Map<string, Backend>([
    ["none", backend("none", [])],
    ["two", backend("two", [two])],
  ]);
  const routes = Object.entries(paths).map(([name, { filters = {}, settings, path }]) => {
    backends.set(name, backend(name, ["sticky", "hashed"].includes(name) ? [one, two] : [one], settings));
    return route(name, path ?? prefix(`/${name}`), filters, {
      kind: "backends",
      backends: [{ backend: name, weight: 1 }],
    });
  });
  routes.push(
    route("none", prefix("/none"), {}, { kind: "backends", backends: [{ backend: "none", weight: 1 }] }),
    route(
      "both",
      prefix("/both"),
      {},
      {
        kind: "backends",
        backends: [
          { backend: "plain", weight: 10 },
          { backend: "two", weight: 30 },
        ],
      },
    ),
    route(
      "away",
      prefix("/away"),
      {},
      { kind: "redirect", status: 302, to: { kind: "location", location: "https://else.example/a|b?c=%20" } },
    ),
    route(
      "auth",
      prefix("/auth"),
      { basicAuth: { realm: "x", users: undefined } },
      { kind: "backends", backends: [{ backend: "plain", weight: 1 }] },
    ),
  );
  const table: RouteTable = {
    listeners: [{ id: "http", port, protocol: "HTTP", routes: "all", trusted: [], acceptsProxyHeader: false }],
    routeSets: new Map([
      ["all", { id: "all", wildcards: "oneLabel", hosts: new Map([["*", { host: "*", routes, shadowed: [] }]]) }],
    ]),
    backends,
    certificates: { byHost: new Map(), fallback: undefined },
    passthroughs: new Map(),
    streams: [],
  };
  haproxy = await servePlan(table);
});
after(async () => {
  await haproxy?.[Symbol.asyncDispose]();
  for (const server of ends) server.close().closeAllConnections();
});

interface Answer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

async function ask(target: string, lines: readonly string[] = [], method = "GET", body = ""): Promise<Answer> {
  const head = [`${method} ${target} HTTP/1.1`, "host: Shop.Example:8080", "connection: close", ...lines];
  const answer = await said(connect(port, "127.0.0.1"), `${head.join("\r\n")}\r\n\r\n${body}`);
  const end = answer.indexOf("\r\n\r\n");
  return { status: Number(answer.slice(9, 12)), head: answer.slice(0, end).toLowerCase(), body: answer.slice(end + 4) };
}

/** What the pod saw. */
async function seen(
  target: string,
  lines: readonly string[] = [],
): Promise<{ url: string; pod: string; headers: Record<string, string> }> {
  return JSON.parse((await ask(target, lines)).body);
}

test("what clients say of themselves is replaced", withHaproxy, async () => {
  const { headers } = await seen("/plain", [
    "x-forwarded-for: 1.1.1.1",
    "X_Forwarded_For: 2.2.2.2",
    "forwarded: for=1",
    "x-original-url: /x",
    "x-real-ip: 9.9.9.9",
  ]);
  assert.match(headers["x-request-id"] ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(headers, {
    host: "Shop.Example:8080",
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "x-forwarded-host": "Shop.Example:8080",
    "x-forwarded-port": `${port}`,
    "x-forwarded-proto": "http",
    "x-forwarded-scheme": "http",
    "x-scheme": "http",
    "x-request-id": headers["x-request-id"],
  });
});

const answers: readonly (readonly [
  what: string,
  target: string,
  lines: readonly string[],
  expected: RegExp | number,
])[] = [
  ["nothing is for it", "/nothing", [], 404],
  ["no endpoint", "/none", [], 503],
  ["a body as long as it may be", "/limited", ["content-length: 10"], 200],
  ["a longer body", "/limited", ["content-length: 11"], 413],
  ["a body of a length that nobody said", "/limited", ["transfer-encoding: chunked"], 411],
  ["an allowed client", "/allowed", [], 200],
  ["a client that isn't", "/refused", [], 403],
  ["a denied client", "/denied", [], 403],
  ["an exempt client", "/exempt", [], 200],
  [
    "to https",
    "/https/a?b=%3f",
    [],
    /^http\/1.1 308 [\s\S]*\r\nlocation: https:\/\/shop.example\/https\/a\?b=%3f(\r\n|$)/,
  ],
  ["refused before it is sent to https", "/https-refused", [], 403],
  ["sent away", "/away", [], /^http\/1.1 302 [\s\S]*\r\nlocation: https:\/\/else.example\/a%7cb\?c=%20(\r\n|$)/],
  ["what HAProxy can't do, with nobody beside it", "/auth", [], 503],
  [
    "an origin that may",
    "/cors",
    ["origin: https://a.example.com"],
    /\r\naccess-control-allow-origin: https:\/\/a.example.com\r\n/,
  ],
  ["what it may", "/cors", ["origin: https://a.example.com"], /\r\naccess-control-allow-methods: get, put\r\n/],
  ["any origin", "/any-origin", [], /\r\naccess-control-allow-origin: \*\r\n/],
  ["headers of the answer", "/headers", [], /\r\nx-said: %\[src\](\r\n|$)/],
  ["too slow", "/slow", [], 504],
];
for (const [what, target, lines, expected] of answers) {
  test(`${what}: ${expected}`, withHaproxy, async () => {
    const { status, head } = await ask(
      target,
      lines,
      "GET",
      lines[0]?.startsWith("content-length") ? "x".repeat(10) : "",
    );
    if (typeof expected === "number") assert.equal(status, expected, head);
    else assert.match(head, expected);
  });
}

test("another origin is told nothing, and preflights are answered", withHaproxy, async () => {
  assert.doesNotMatch((await ask("/cors", ["origin: https://b.a.example.com"])).head, /allow-origin/);
  const { status, head } = await ask("/cors", ["origin: https://a.example.com"], "OPTIONS");
  assert.equal(status, 204);
  assert.match(head, /\r\naccess-control-max-age: 600/);
  assert.equal((await ask("/cors", [], "OPTIONS")).status, 200);
});

const rewritten: readonly (readonly [target: string, url: string])[] = [
  ["/whole/x?b=2", "/other%20'\\x?a=1&b=2"],
  ["/prefix/x/y?z", "/new/x/y?z"],
  ["/prefix", "/new"],
  ["/bare", "/"],
  ["/bare/x", "/x"],
  ["/pattern/ab/c/d?q", "/c/d?first=ab%&q"],
  ["/PATTERN/AB", "/?first=AB%"],
];
for (const [target, url] of rewritten) {
  test(`a pod is asked for ${url} where the client asks for ${target}`, withHaproxy, async () => {
    assert.equal((await seen(target)).url, url);
  });
}

test("headers of a request are removed, set and added as they are written", withHaproxy, async () => {
  const { headers } = await seen("/headers", ["x-gone: 1", "x-add: 1", "x-set: 1"]);
  assert.deepEqual(
    [headers["x-gone"], headers["x-set"], headers["x-add"]],
    [undefined, "50% \"of\" 'it'  \\ #$", "1, 2"],
  );
});

test("two at once and one a minute, and then 429", withHaproxy, async () => {
  const told = [];
  for (let round = 0; round < 5; round++) told.push((await ask("/rated")).status);
  assert.deepEqual(told, [200, 200, 200, 429, 429]);
});

test("weights decide who is asked", withHaproxy, async () => {
  let two = 0;
  for (let round = 0; round < 400; round++) if ((await seen("/both")).pod === "two") two++;
  assert.ok(two > 250 && two < 350, `${two} of 400 went to a pod with three quarters of the weight`);
});

test("a cookie leads to the same pod again, and a hash too", withHaproxy, async () => {
  const first = await ask("/sticky");
  assert.match(
    first.head,
    /\r\nset-cookie: kubia=[0-9a-f]{16}; path=\/; httponly; path=\/sticky; max-age=60; samesite=lax\r\n/,
  );
  const [, cookie = ""] = /set-cookie: kubia=([0-9a-f]{16})/.exec(first.head) ?? [];
  const { pod: name } = JSON.parse(first.body);
  for (let round = 0; round < 6; round++) assert.equal((await seen("/sticky", [`cookie: KUBIA=${cookie}`])).pod, name);
  const { pod: hashed } = await seen("/hashed", ["x-user: ann"]);
  for (let round = 0; round < 6; round++) assert.equal((await seen("/hashed", ["x-user: ann"])).pod, hashed);
});

test("requests are counted by route", withHaproxy, async () => {
  await ask("/least");
  const counters = (await haproxy?.tell("show table routes")) ?? "";
  const row = counters.split("\n").find((line) => line.includes(`key=${haproxy?.plan.numbers.get("least")} `)) ?? "";
  assert.match(row, / http_req_cnt=1 http_err_cnt=0 bytes_out_cnt=\d{2,} http_fail_cnt=0/);
});
