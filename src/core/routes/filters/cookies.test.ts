import assert from "node:assert/strict";
import { test } from "node:test";
import type { CookieStickiness } from "../route-table.ts";
import { setCookie, withoutCookie } from "./cookies.ts";

const rows: readonly (readonly [header: string, without: string | undefined])[] = [
  ["a=1; S=x; b=2", "a=1; b=2"],
  ["S=x", undefined],
  ["S=first; S=second", undefined],
  ["a=1;S=x;b=2", "a=1; b=2"],
  ["XS=1; s=2", "XS=1; s=2"],
  ["S; a=1", "a=1"],
];
for (const [header, without] of rows)
  test(`withoutCookie: ${JSON.stringify(header)} without S`, () => assert.equal(withoutCookie(header, "S"), without));

const base: CookieStickiness = { name: "INGRESSCOOKIE", path: "/", secure: false, changesOnFailure: false };
const written: readonly (readonly [some: Partial<CookieStickiness>, text: string])[] = [
  [{}, "INGRESSCOOKIE=v; Path=/; HttpOnly"],
  [{ path: "/app", maxAgeSeconds: 60 }, "INGRESSCOOKIE=v; Path=/app; Max-Age=60; HttpOnly"],
  [{ domain: "example.com", secure: true }, "INGRESSCOOKIE=v; Path=/; Domain=example.com; HttpOnly; Secure"],
  [{ sameSite: "Lax" }, "INGRESSCOOKIE=v; Path=/; HttpOnly; SameSite=Lax"],
  [{ sameSite: "None" }, "INGRESSCOOKIE=v; Path=/; HttpOnly; Secure; SameSite=None"],
];
for (const [some, text] of written)
  test(`setCookie: ${text}`, () => assert.equal(setCookie({ ...base, ...some }, "v"), text));
