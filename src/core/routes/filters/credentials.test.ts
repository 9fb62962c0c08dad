import assert from "node:assert/strict";
import { test } from "node:test";
import { challenge, parseBasic } from "./credentials.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

const cases: readonly { readonly name: string; readonly header: string | undefined; readonly read: string }[] = [
  { name: "a name and a password", header: basic("ann:s3cret"), read: "ann / s3cret" },
  { name: "colons belong to the password", header: basic("ann:a:b:"), read: "ann / a:b:" },
  { name: "an empty password", header: basic("ann:"), read: "ann / " },
  { name: "an empty name", header: basic(":x"), read: " / x" },
  { name: "UTF-8", header: basic("jürgen:grüße"), read: "jürgen / grüße" },
  { name: "the scheme in any case, and several spaces", header: "bASIC   YTpi", read: "a / b" },
  { name: "without padding", header: "Basic YTpiYg", read: "a / bb" },
  { name: "no header", header: undefined, read: "none" },
  { name: "no colon", header: basic("ann"), read: "none" },
  { name: "another scheme", header: "Bearer YTpi", read: "none" },
  { name: "nothing behind the scheme", header: "Basic ", read: "none" },
  { name: "no base64", header: "Basic a:b", read: "none" },
  { name: "wrong padding", header: "Basic YTpi=", read: "none" },
  { name: "a length that no base64 has", header: "Basic YTpiY", read: "none" },
  { name: "something behind it", header: "Basic YTpi YTpi", read: "none" },
];
for (const { name, header, read } of cases)
  test(`parseBasic: ${name}`, () => {
    const found = parseBasic(header);
    const shown = found === undefined ? "none" : `${found.name} / ${Buffer.from(found.password).toString()}`;
    assert.equal(shown, read);
  });

const realms: readonly (readonly [realm: string, header: string])[] = [
  ["Members only", 'Basic realm="Members only", charset="UTF-8"'],
  ['say "friend"', 'Basic realm="say \\"friend\\"", charset="UTF-8"'],
  ["back\\slash", 'Basic realm="back\\\\slash", charset="UTF-8"'],
  ["a\r\nSet-Cookie: b", 'Basic realm="a??Set-Cookie: b", charset="UTF-8"'],
  ["grün", 'Basic realm="gr?n", charset="UTF-8"'],
];
for (const [realm, header] of realms)
  test(`challenge: the realm ${JSON.stringify(realm)} stays inside its quotes`, () =>
    assert.deepEqual(challenge(realm, "CredentialsMissing").headers, [{ name: "www-authenticate", value: header }]));
