import assert from "node:assert/strict";
import { test } from "node:test";
import type { CookieStickiness } from "../route-table.ts";
import { cookieOf, setCookie, withoutCookie } from "./cookies.ts";

const read: readonly (readonly [header: string | undefined, value: string | undefined, without: string | undefined])[] =
  [
    ["a=1; S=x; b=2", "x", "a=1; b=2"],
    ["S=x", "x", undefined],
    ["S=", "", undefined],
    ['S="x y"', "x y", undefined],
    ["S=a=b", "a=b", undefined],
    ["S=first; S=second", "first", undefined],
    ["a=1;S=x;b=2", "x", "a=1; b=2"],
    ["XS=1; s=2", undefined, "XS=1; s=2"],
    ["S; a=1", undefined, "a=1"],
    ["", undefined, undefined],
    [undefined, undefined, undefined],
  ];
for (const [header, value, without] of read)
  test(`cookieOf: S in ${JSON.stringify(header)}`, () => {
    assert.equal(cookieOf(header, "S"), value);
    assert.equal(withoutCookie(header ?? "", "S"), without);
  });

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
