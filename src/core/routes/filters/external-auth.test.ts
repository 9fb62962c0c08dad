import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import type { ExternalAuth, Header, RequestText } from "../route-filters.ts";
import { type AuthAnswer, authRequest, judged, keptSeconds } from "./external-auth.ts";
import type { FilterRequest } from "./filter-request.ts";

const text = (value: string): RequestText => [{ kind: "text", value }];
const auth = (some: Partial<ExternalAuth>): ExternalAuth => ({
  url: text("http://auth.example/check"),
  responseHeaders: [],
  ...some,
});
const about = (headers: readonly Header[] = []): FilterRequest => ({
  method: "POST",
  scheme: "https",
  host: "shop.example",
  authority: "shop.example:8443",
  sentTarget: "/x/../a?b=c&d",
  path: "/a",
  query: "b=c&d",
  client: mustIp("198.51.100.7"),
  port: 443,
  httpsPort: 443,
  bodyBytes: undefined,
  header: (name) => headers.find((one) => one.name.toLowerCase() === name)?.value,
  headers: () => headers,
});
const lines = (headers: readonly Header[]): readonly string[] => headers.map(({ name, value }) => `${name}: ${value}`);
const headersOf = (...texts: readonly string[]): readonly Header[] =>
  texts.map((line) => {
    const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(line) ?? [];
    return { name, value };
  });

test("authRequest: the client's headers, without those of its body and its connection, and what it is about", () => {
  const incoming = headersOf(
    "Host: shop.example:8443",
    "Cookie: a=b",
    "Content-Length: 3",
    "Content-Type: text/plain",
    "Transfer-Encoding: chunked",
    "Connection: close",
    "X-Original-URL: https://evil.example/",
    "X-Forwarded-For: 198.51.100.7",
  );
  const { method, url, headers } = authRequest(auth({}), about(incoming));
  assert.deepEqual(
    [`${method} ${url}`, ...lines(headers)],
    [
      "GET http://auth.example/check",
      "Cookie: a=b",
      "X-Forwarded-For: 198.51.100.7",
      "x-original-url: https://shop.example:8443/a?b=c&d",
      "x-original-method: POST",
      "x-auth-request-redirect: /a?b=c&d",
      "x-sent-from: nginx-ingress-controller",
    ],
  );
});

test("authRequest: another method, and an URL, a page and a key that are made of the request", () => {
  const url: RequestText = [
    ...text("http://auth.example/"),
    { kind: "scheme" },
    ...text("/"),
    { kind: "host" },
    ...text("?u="),
    { kind: "escapedUri" },
    ...text("&c="),
    { kind: "cookie", name: "s" },
    ...text("&q="),
    { kind: "queryParameter", name: "b" },
    ...text("&h="),
    { kind: "header", name: "x-none" },
  ];
  const key: RequestText = [{ kind: "clientAddress" }, ...text(" "), { kind: "path" }];
  const wanted = auth({ method: "HEAD", url, cache: { key, seconds: [] } });
  const request = authRequest(wanted, about(headersOf("Cookie: s=a b")));
  assert.equal(
    `${request.method} ${request.url}`,
    "HEAD http://auth.example/https/shop.example?u=%2Fx%2F..%2Fa%3Fb%3Dc%26d&c=a%20b&q=c&h=",
  );
  assert.equal(request.cacheKey, "198.51.100.7 /a");
});

test("keptSeconds: the first entry that names the status", () => {
  const seconds = [
    { statuses: [200, 202], seconds: 60 },
    { statuses: "any", seconds: 5 },
  ] as const;
  const wanted = auth({ cache: { key: text(""), seconds } });
  assert.deepEqual(
    [200, 202, 401].map((status) => keptSeconds(wanted, status)),
    [60, 60, 5],
  );
  assert.equal(keptSeconds(auth({}), 200), 0);
});

interface Row {
  readonly name: string;
  readonly auth?: Partial<ExternalAuth>;
  readonly answer: AuthAnswer;
  readonly told: readonly string[];
}
const answered = (status: number, ...headers: readonly string[]): AuthAnswer => ({
  status,
  headers: headersOf(...headers),
});
const signIn = "https://login.example/start";
const back = "https%3A%2F%2Fshop.example%3A8443%2Fa%3Fb%3Dc%26d";

const rows: readonly Row[] = [
  { name: "200", answer: answered(200), told: ["pass"] },
  { name: "202", answer: answered(202), told: ["pass"] },
  {
    name: "headers that the backend gets are the service's alone",
    auth: { responseHeaders: ["x-user", "x-groups", "x-none"] },
    answer: answered(200, "X-User: ann", "x-groups: a", "x-groups: b", "X-Other: c"),
    told: ["pass", "-x-user", "-x-groups", "-x-none", "+x-user: ann", "+x-groups: a", "+x-groups: b"],
  },
  { name: "cookies are the client's", answer: answered(200, "Set-Cookie: s=1"), told: ["pass", "< set-cookie: s=1"] },
  {
    name: "401 with what it asks for",
    answer: answered(401, "WWW-Authenticate: Bearer", "Content-Type: text/html"),
    told: ["401 AuthDenies", "www-authenticate: Bearer"],
  },
  { name: "403", answer: answered(403), told: ["403 AuthDenies"] },
  {
    name: "401 where one can sign in",
    auth: { signIn: text(signIn) },
    answer: answered(401),
    told: ["302 AuthDenies", `location: ${signIn}?rd=${back}`],
  },
  {
    name: "a query before it",
    auth: { signIn: text(`${signIn}?x=y`) },
    answer: answered(401),
    told: ["302 AuthDenies", `location: ${signIn}?x=y&rd=${back}`],
  },
  {
    name: "its own rd",
    auth: { signIn: [...text("https://"), { kind: "host" }, ...text("/oauth2/start?rd="), { kind: "escapedUri" }] },
    answer: answered(401),
    told: ["302 AuthDenies", "location: https://shop.example/oauth2/start?rd=%2Fx%2F..%2Fa%3Fb%3Dc%26d"],
  },
  {
    name: "403 where one can sign in is no matter of signing in",
    auth: { signIn: text(signIn) },
    answer: answered(403),
    told: ["403 AuthDenies"],
  },
  {
    name: "a redirect is no answer",
    answer: answered(302, "Location: https://evil.example/"),
    told: ["500 AuthFails"],
  },
  { name: "404", answer: answered(404), told: ["500 AuthFails"] },
  { name: "503", answer: answered(503), told: ["500 AuthFails"] },
  { name: "nobody there", answer: undefined, told: ["500 AuthFails"] },
];
for (const { name, auth: some = {}, answer, told } of rows)
  test(`judged: ${name}`, () => {
    const verdict = judged(authRequest(auth(some), about()), answer);
    const shown =
      verdict.kind === "answer"
        ? [`${verdict.status} ${verdict.because}`, ...lines(verdict.headers)]
        : [
            "pass",
            ...verdict.requestHeaders.remove.map((one) => `-${one}`),
            ...lines(verdict.requestHeaders.add).map((one) => `+${one}`),
            ...lines(verdict.responseHeaders.add).map((one) => `< ${one}`),
          ];
    assert.deepEqual(shown, told);
  });
