import assert from "node:assert/strict";
import { test } from "node:test";
import { mustIp } from "#net/ip.ts";
import type { PathMatch, RedirectTarget } from "../route-table.ts";
import type { FilterRequest } from "./filter-request.ts";
import { httpsAnswer, redirectAnswer } from "./redirects.ts";

const base: FilterRequest = {
  host: "shop.example",
  authority: "shop.example:8080",
  sentTarget: "/old/a?b=c",
  method: "GET",
  path: "/old/a",
  query: "b=c",
  header: () => undefined,
  client: mustIp("198.51.100.7"),
  scheme: "http",
  port: 80,
  httpsPort: 443,
  bodyBytes: undefined,
  headers: () => [],
};
const old: PathMatch = { kind: "prefix", value: "/old" };

interface Row {
  readonly name: string;
  readonly to: RedirectTarget;
  readonly location: string;
  readonly request?: Partial<FilterRequest>;
  readonly match?: PathMatch;
}

const parts = (to: Omit<Extract<RedirectTarget, { readonly kind: "parts" }>, "kind">): RedirectTarget => ({
  kind: "parts",
  ...to,
});

const rows: readonly Row[] = [
  {
    name: "all of it",
    to: { kind: "location", location: "https://new.example/x?y" },
    location: "https://new.example/x?y",
  },
  { name: "a host", to: parts({ host: "www.shop.example" }), location: "http://www.shop.example/old/a?b=c" },
  { name: "a scheme: its own port", to: parts({ scheme: "https" }), location: "https://shop.example/old/a?b=c" },
  {
    name: "no scheme: the listener's port",
    to: parts({ host: "b.example" }),
    request: { port: 8080 },
    location: "http://b.example:8080/old/a?b=c",
  },
  { name: "a port", to: parts({ port: 8443, scheme: "https" }), location: "https://shop.example:8443/old/a?b=c" },
  { name: "a port that is the scheme's own", to: parts({ port: 80 }), location: "http://shop.example/old/a?b=c" },
  { name: "a path", to: parts({ path: "/app" }), location: "http://shop.example/app?b=c" },
  {
    name: "a path, without a query",
    to: parts({ path: "/app" }),
    request: { query: "" },
    location: "http://shop.example/app",
  },
  { name: "a prefix", to: parts({ prefix: "/new" }), location: "http://shop.example/new/a?b=c" },
  { name: "a prefix with a slash", to: parts({ prefix: "/new/" }), location: "http://shop.example/new/a?b=c" },
  { name: "a prefix that goes away", to: parts({ prefix: "/" }), location: "http://shop.example/a?b=c" },
  {
    name: "all that the prefix matched",
    to: parts({ prefix: "/new" }),
    request: { path: "/old" },
    location: "http://shop.example/new?b=c",
  },
  {
    name: "and its slash",
    to: parts({ prefix: "/new" }),
    request: { path: "/old/" },
    location: "http://shop.example/new/?b=c",
  },
  {
    name: "all of the root",
    to: parts({ prefix: "/" }),
    request: { path: "/old" },
    location: "http://shop.example/?b=c",
  },
  {
    name: "in front of everything",
    to: parts({ prefix: "/v2" }),
    match: { kind: "prefix", value: "" },
    location: "http://shop.example/v2/old/a?b=c",
  },
  {
    name: "a line can't end",
    to: { kind: "location", location: "https://new.example/\r\nSet-Cookie: a=b" },
    location: "https://new.example/%0D%0ASet-Cookie:%20a=b",
  },
  {
    name: "what no URI has is encoded",
    to: parts({}),
    request: { path: '/"<ü>', query: "q=`" },
    location: "http://shop.example/%22%3C%C3%BC%3E?q=%60",
  },
];
for (const { name, to, location, request = {}, match = old } of rows)
  test(`redirectAnswer: ${name}`, () => {
    const answer = redirectAnswer({ kind: "redirect", status: 302, to }, match, { ...base, ...request });
    assert.deepEqual([answer.status, answer.headers], [302, [{ name: "location", value: location }]]);
  });

test("httpsAnswer: the port is named where it isn't 443", () => {
  const answer = httpsAnswer({ status: 308 }, { ...base, httpsPort: 8443 });
  assert.deepEqual(answer?.headers, [{ name: "location", value: "https://shop.example:8443/old/a?b=c" }]);
});
