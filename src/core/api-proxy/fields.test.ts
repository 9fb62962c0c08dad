import assert from "node:assert/strict";
import { test } from "node:test";
import { answeredFields, codingsAsked, passedFields } from "./fields.ts";

const origin = { peer: "10.0.0.9", host: "api:6443", scheme: "https", path: "/p/x", credentials: "stripped" } as const;
const own = {
  host: "api:6443",
  "x-forwarded-for": "10.0.0.9",
  "x-forwarded-host": "api:6443",
  "x-forwarded-proto": "https",
  "x-forwarded-uri": "/p/x",
};

const requests: readonly (readonly [name: string, sent: Record<string, string>, passed: Record<string, string>])[] = [
  ["what is the client's own", { accept: "a", "x-y": "z" }, { ...own, accept: "a", "x-y": "z" }],
  [
    "credentials stay",
    { authorization: "a", cookie: "b", "impersonate-user": "c", "impersonate-extra-x": "c", "x-remote-user": "d" },
    own,
  ],
  [
    "fields of the connection stay",
    {
      connection: "close, X-Named",
      "x-named": "a",
      "keep-alive": "b",
      te: "c",
      upgrade: "d",
      "proxy-authorization": "e",
    },
    own,
  ],
  ["framing is done anew", { "transfer-encoding": "chunked", trailer: "x", expect: "100-continue" }, own],
  [
    "the way is continued, and nothing else of its kind believed",
    { "x-forwarded-for": "1.2.3.4", "x-forwarded-host": "evil", "x-forwarded-proto": "http", forwarded: "for=evil" },
    { ...own, "x-forwarded-for": "1.2.3.4, 10.0.0.9" },
  ],
  ["pseudo-headers of HTTP/2", { ":path": "/", ":authority": "evil" }, own],
];
for (const [name, sent, passed] of requests)
  test(`a request that goes on: ${name}`, () => assert.deepEqual(passedFields(sent, origin), passed));

test("credentials go on where they are the target's own", () => {
  const passed = passedFields({ cookie: "a=b" }, { ...origin, credentials: "passed" });
  assert.equal(passed.cookie, "a=b");
});

test("a target learns how its client came", () =>
  assert.equal(passedFields({}, { ...origin, scheme: "http" })["x-forwarded-proto"], "http"));

test("an answer leaves the fields of its connection, cookies and rights of other origins behind", () => {
  const told = {
    "content-type": "a/b",
    connection: "X-Named",
    "x-named": "a",
    "keep-alive": "timeout=5",
    "transfer-encoding": "chunked",
    "set-cookie": ["a=b", "c=d"],
    "access-control-allow-origin": "*",
    link: ["<a>", "<b>"],
  };
  assert.deepEqual(answeredFields(told, origin), { "content-type": "a/b", link: ["<a>", "<b>"] });
  assert.deepEqual(answeredFields(told, { credentials: "passed" })["set-cookie"], ["a=b", "c=d"]);
});

for (const [accepted, asked] of [
  ["gzip, deflate, br;q=0.9, zstd", "gzip, br;q=0.9, zstd"],
  ["deflate", "identity"],
  ["*", "identity"],
  ["", "identity"],
] as const)
  test(`a page is asked for in ${asked} by who accepts ${JSON.stringify(accepted)}`, () =>
    assert.deepEqual(codingsAsked({ "accept-encoding": accepted }), { "accept-encoding": asked }));
