import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cors } from "../route-filters.ts";
import { corsHeaders, preflightAnswer } from "./cors.ts";

const cors = (some: Partial<Cors>): Cors => ({
  origins: ["*"],
  methods: ["GET", "PUT"],
  headers: ["Authorization"],
  exposed: [],
  credentials: true,
  maxAgeSeconds: 1728000,
  ...some,
});
const asking = (method: string, origin?: string) => ({
  method,
  header: (name: string) => (name === "origin" ? origin : undefined),
});

/** What Access-Control-Allow-Origin says, or `-`. */
const rows: readonly (readonly [origins: string, asks: string | undefined, allowed: string])[] = [
  ["*", "https://a.example", "*"],
  ["*", undefined, "*"],
  ["https://a.example", "https://a.example", "https://a.example"],
  ["https://a.example", "HTTPS://A.example", "HTTPS://A.example"],
  ["https://a.example", "http://a.example", "-"],
  ["https://a.example", "https://a.example:8443", "-"],
  ["https://a.example:8443", "https://a.example:8443", "https://a.example:8443"],
  ["https://a.example https://b.example", "https://b.example", "https://b.example"],
  ["https://a.example", undefined, "-"],
  ["https://a.example", "null", "-"],
  ["https://*.example.com", "https://a.example.com", "https://a.example.com"],
  ["https://*.example.com", "https://a.b.example.com", "-"],
  ["https://*.example.com", "https://example.com", "-"],
  ["https://*.example.com", "https://.example.com", "-"],
  ["https://*.example.com", "https://evil.com/.example.com", "-"],
  ["https://*.example.com", "https://a.example.com.evil.com", "-"],
  ["https://*.example.com:8443", "https://a.example.com:8443", "https://a.example.com:8443"],
  ["http://*.example.com", "https://a.example.com", "-"],
];
for (const [origins, origin, allowed] of rows)
  test(`corsHeaders: ${origins} and a request of ${origin ?? "no origin"}: ${allowed}`, () => {
    const rule = cors({ origins: origins.split(" ") });
    const { set, add } = corsHeaders(rule, asking("GET", origin));
    assert.equal(set.find(({ name }) => name === "access-control-allow-origin")?.value ?? "-", allowed);
    assert.deepEqual(add, origins === "*" ? [] : [{ name: "vary", value: "Origin" }]);
    const answer = preflightAnswer(rule, asking("OPTIONS", origin));
    assert.equal(answer?.status, allowed === "-" ? undefined : 204);
    assert.equal(preflightAnswer(rule, asking("GET", origin)), undefined);
  });

test("corsHeaders: everything that may be said", () => {
  const rule = cors({ exposed: ["X-A", "X-B"] });
  assert.deepEqual(
    corsHeaders(rule, asking("GET")).set.map(({ name, value }) => `${name}: ${value}`),
    [
      "access-control-allow-origin: *",
      "access-control-allow-credentials: true",
      "access-control-allow-methods: GET, PUT",
      "access-control-allow-headers: Authorization",
      "access-control-expose-headers: X-A, X-B",
      "access-control-max-age: 1728000",
    ],
  );
});
