import assert from "node:assert/strict";
import { test } from "node:test";
import { mustCidr } from "#net/cidr.ts";
import { mustIp } from "#net/ip.ts";
import type { Header } from "../route-filters.ts";
import { clientOf, forwardedHeaders, withForwarding } from "./forwarding.ts";
import { changed } from "./header-changes.ts";

const trusted = [mustCidr("10.0.0.0/8"), mustCidr("fd00::/8")];

const clients: readonly (readonly [peer: string, forwardedFor: string | undefined, client: string])[] = [
  ["198.51.100.7", undefined, "198.51.100.7"],
  ["198.51.100.7", "203.0.113.9", "198.51.100.7"],
  ["10.0.0.1", undefined, "10.0.0.1"],
  ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"],
  ["10.0.0.1", "192.0.2.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
  ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
  ["10.0.0.1", "203.0.113.9, unknown", "10.0.0.1"],
  ["10.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"],
  ["10.0.0.1", "[2001:db8::1]", "2001:db8::1"],
  ["fd00::1", "2001:db8::1", "2001:db8::1"],
  ["::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["::ffff:198.51.100.7", undefined, "198.51.100.7"],
];
for (const [peer, forwardedFor, client] of clients)
  test(`clientOf: ${peer} that says ${forwardedFor ?? "nothing"}: ${client}`, () =>
    assert.equal(clientOf({ peer: mustIp(peer), trusted }, forwardedFor).text, client));

const headersOf = (...texts: readonly string[]): readonly Header[] =>
  texts.map((text) => {
    const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(text) ?? [];
    return { name, value };
  });

/** What the backend gets. */
function told(peer: string, ...incoming: readonly string[]): readonly string[] {
  const headers = headersOf(...incoming);
  const arrival = {
    peer: mustIp(peer),
    trusted,
    scheme: "https",
    authority: "shop.example",
    port: 443,
    requestId: "id-1",
  } as const;
  const lower = headers.map(({ name, value }) => ({ name: name.toLowerCase(), value }));
  assert.deepEqual(withForwarding(arrival, lower), changed(lower, forwardedHeaders(arrival, lower)));
  return changed(headers, forwardedHeaders(arrival, headers)).map(({ name, value }) => `${name}: ${value}`);
}

const own = (ip: string, id = "id-1"): readonly string[] => [
  `x-forwarded-for: ${ip}`,
  "x-forwarded-host: shop.example",
  "x-forwarded-port: 443",
  "x-forwarded-proto: https",
  "x-forwarded-scheme: https",
  "x-scheme: https",
  `x-real-ip: ${ip}`,
  `x-request-id: ${id}`,
];

test("forwardedHeaders: what anybody says of forwarding goes", () => {
  const said = [
    "X-Forwarded-For: 203.0.113.9",
    "x-forwarded-HOST: evil.example",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Prefix: /x",
    "Forwarded: for=203.0.113.9",
    "X-Real-IP: 203.0.113.9",
    "X-Original-URL: /admin",
    "X-Rewrite-URL: /admin",
    "X-Forwarded-Anything: new",
    "True-Client-IP: 203.0.113.9",
  ];
  assert.deepEqual(told("198.51.100.7", "Accept: */*", ...said), ["Accept: */*", ...own("198.51.100.7")]);
});

test("forwardedHeaders: a trusted peer is believed, and stands at the end of the list", () => {
  const said = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http", "X-Forwarded-Port: 80", "Forwarded: for=x"];
  assert.deepEqual(told("10.0.0.1", ...said), [
    "Forwarded: for=x",
    "x-forwarded-for: 203.0.113.9, 10.0.0.1",
    "x-forwarded-host: shop.example",
    "x-forwarded-port: 80",
    "x-forwarded-proto: http",
    "x-forwarded-scheme: http",
    "x-scheme: http",
    "x-real-ip: 203.0.113.9",
    "x-request-id: id-1",
  ]);
});

test("forwardedHeaders: several lines of one header are one list", () =>
  assert.equal(
    told("10.0.0.1", "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 203.0.113.9")[0],
    "x-forwarded-for: 192.0.2.1, 203.0.113.9, 10.0.0.1",
  ));

for (const peer of ["198.51.100.7", "10.0.0.1"])
  test(`forwardedHeaders: underscore twins go, even from ${peer}`, () =>
    assert.deepEqual(
      told(peer, "X_Forwarded_For: a", "X_FORWARDED-PROTO: b", "x_real_ip: c", "x_request_id: d", "x_own: e"),
      ["x_own: e", ...own(peer)],
    ));

const ids: readonly (readonly [given: readonly string[], id: string])[] = [
  [["X-Request-ID: abc-1"], "abc-1"],
  [["X-Request-ID: a b"], "id-1"],
  [[`X-Request-ID: ${"a".repeat(129)}`], "id-1"],
  [["X-Request-ID: a", "X-Request-ID: b"], "id-1"],
];
for (const [given, id] of ids)
  test(`forwardedHeaders: ${given.join(" and ").slice(0, 40)}: ${id}`, () =>
    assert.deepEqual(told("198.51.100.7", ...given), own("198.51.100.7", id)));
