import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExternalAuth, Header } from "../route-filters.ts";
import { type AuthAnswer, authRequest, judged } from "./external-auth.ts";

const about = { method: "POST", scheme: "https", authority: "shop.example:8443", target: "/a?b=c&d" } as const;
const auth = (some: Partial<ExternalAuth>): ExternalAuth => ({
  url: "http://auth.example/check",
  responseHeaders: [],
  ...some,
});
const lines = (headers: readonly Header[]): readonly string[] => headers.map(({ name, value }) => `${name}: ${value}`);
const headersOf = (...texts: readonly string[]): readonly Header[] =>
  texts.map((text) => {
    const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(text) ?? [];
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
  const { method, url, headers } = authRequest(auth({}), about, incoming);
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

test("authRequest: another method, and variables in the URL", () => {
  const wanted = auth({ method: "HEAD", url: "http://auth.example/$scheme/$host?u=$escaped_request_uri&h=$http_host" });
  const { method, url } = authRequest(wanted, about, []);
  assert.equal(
    `${method} ${url}`,
    "HEAD http://auth.example/https/shop.example?u=%2Fa%3Fb%3Dc%26d&h=shop.example:8443",
  );
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
    auth: { responseHeaders: ["X-User", "X-Groups", "X-None"] },
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
    auth: { signIn },
    answer: answered(401),
    told: ["302 AuthDenies", `location: ${signIn}?rd=${back}`],
  },
  {
    name: "a query before it",
    auth: { signIn: `${signIn}?x=y` },
    answer: answered(401),
    told: ["302 AuthDenies", `location: ${signIn}?x=y&rd=${back}`],
  },
  {
    name: "its own rd",
    auth: { signIn: "https://$host/oauth2/start?rd=$escaped_request_uri" },
    answer: answered(401),
    told: ["302 AuthDenies", "location: https://shop.example/oauth2/start?rd=%2Fa%3Fb%3Dc%26d"],
  },
  {
    name: "403 where one can sign in is no matter of signing in",
    auth: { signIn },
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
    const verdict = judged(authRequest(auth(some), about, []), answer);
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
