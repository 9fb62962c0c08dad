import assert from "node:assert/strict";
import { test } from "node:test";
import type { IngressSettings } from "../ingress-settings.ts";
import { foreignPrefixes } from "./foreign.ts";
import { readAnnotations } from "./read-annotations.ts";
import { fullCanary, fullIngress, fullWorld, gistOf, ingress, lookups } from "./specimens.ts";
import { annotationsByName } from "./table.ts";
import { unservedAnnotations } from "./unserved.ts";

const world = lookups(fullWorld);
const canaryNames = [...annotationsByName.keys()].filter((name) => name.startsWith("canary"));
const names = [...annotationsByName.keys(), ...unservedAnnotations.map(({ name }) => name), "unknown"];

/** Every text in it, keys too. */
function* textsIn(entry: unknown): Generator<string> {
  if (typeof entry === "string") yield entry;
  if (typeof entry !== "object" || entry === null) return;
  const entries = entry instanceof Map ? [...entry] : Object.entries(entry);
  for (const [key, one] of entries) {
    yield String(key);
    yield* textsIn(one);
  }
}

const isControl = (text: string): boolean => /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text);

function mustBeInert(settings: IngressSettings, why: string): void {
  for (const text of textsIn(settings)) assert.ok(!isControl(text), `${why}: ${JSON.stringify(text)}`);
  for (const { message } of settings.findings) assert.ok(/^[\x20-\x7e…]*$/.test(message), `${why}: ${message}`);
}

/** Everything but `name`, so that nothing hangs on another annotation. */
function around(name: string): Readonly<Record<string, string>> {
  const full = canaryNames.includes(name) ? fullCanary : fullIngress;
  const own: Readonly<Record<string, string>> = name.startsWith("permanent-redirect")
    ? { "permanent-redirect": "/x" }
    : {};
  const { [name]: _, ...others } = { ...full, ...own };
  const [main = name] = annotationsByName.get(name)?.names ?? [];
  return Object.fromEntries(Object.entries(others).filter(([other]) => other !== main));
}

const controls = [...Array.from({ length: 32 }, (_, code) => code), ...Array.from({ length: 33 }, (_, i) => 127 + i)];

for (const name of names) {
  test(`no control character of ${name} comes into a setting, and a finding names it`, () => {
    const good = { ...fullIngress, ...fullCanary }[name] ?? "10";
    const before = readAnnotations(ingress(around(name)), world);
    for (const code of [...controls, 0xd800, 0x2028]) {
      const letter = String.fromCharCode(code);
      const middle = `${good.slice(0, 1)}${letter}${good.slice(1)}`;
      for (const text of code === 10 || code === 0 ? [letter + good, middle, good + letter] : [middle]) {
        const settings = readAnnotations(ingress({ ...around(name), [name]: text }), world);
        mustBeInert(settings, `${name} ${JSON.stringify(text)}`);
        const own = settings.findings.filter(
          ({ origin }) => origin.field === `metadata.annotations[nginx.ingress.kubernetes.io/${name}]`,
        );
        assert.equal(own.length > 0, true, `${name} ${JSON.stringify(text)}`);
        if (annotationsByName.get(name)?.guards) assert.equal(settings.failsClosed, true);
        else if (!isStartOfOthers(name))
          assert.deepEqual(gistOf(settings), gistOf(before), `${name} ${JSON.stringify(text)}`);
      }
    }
  });
}

/** Others have an effect only together with it, or give way to it where it can't be read. */
const isStartOfOthers = (name: string): boolean =>
  /^(enable-cors|cors-|canary|affinity$|default-backend|.*-redirect|auth-tls-|auth-cache-duration)/.test(name) ||
  name.endsWith("-snippet");

test("bytes above 127 and the signs of other languages are inert, wherever they stand", () => {
  let seed = 20_261_130;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed % below;
  };
  const letters = [
    ...`"';{}#$\\ @:/?&%<>()[]|^*+-_.,=~!abc019`,
    "\t",
    "\n",
    "\r",
    "\0",
    "\x7f",
    "é",
    "ÿ",
    "\u0085",
    "€",
    "𝄞",
    "\ud800",
  ];
  for (let round = 0; round < 3000; round += 1) {
    const name = names[random(names.length)] ?? "unknown";
    const good = { ...fullIngress, ...fullCanary }[name] ?? "";
    const junk = Array.from({ length: 1 + random(8) }, () => letters[random(letters.length)]).join("");
    const at = random(good.length + 1);
    const text = random(4) === 0 ? junk : good.slice(0, at) + junk + good.slice(at);
    const settings = readAnnotations(ingress({ ...around(name), [name]: text }), world);
    mustBeInert(settings, `${name} ${JSON.stringify(text)}`);
    const { redirect, appRoot = "/" } = settings;
    assert.match(appRoot, /^\/(?![/\\])/);
    if (redirect?.to.kind === "location") assert.match(redirect.to.location, /^(\/(?![/\\])|https?:\/\/[a-z0-9[])/i);
  }
});

test("what Secrets and ConfigMaps have in them is inert, too", () => {
  for (const code of controls) {
    const bad = `x${String.fromCharCode(code)}y`;
    const settings = readAnnotations(
      ingress({
        "auth-type": "basic",
        "auth-secret": "users",
        "auth-secret-type": "auth-map",
        "custom-headers": "headers",
      }),
      lookups({
        secrets: { "shop/users": { ann: bad, [bad]: "z" } },
        configMaps: { "shop/headers": { "X-A": bad, [bad]: "z" } },
      }),
    );
    mustBeInert(settings, JSON.stringify(bad));
    assert.equal(settings.failsClosed, true);
    assert.equal(settings.filters.responseHeaders, undefined);
  }
});

test("names of annotations are shown as harmless as their values", () => {
  for (const start of ["nginx.ingress.kubernetes.io/", ...foreignPrefixes.keys()])
    mustBeInert(readAnnotations(ingress({ [`${start}a\nb\u0000`]: "x", [`${start}__proto__`]: "x" }), world), start);
});

test("a value of a mebibyte is shown by its first 200 bytes, and read in time", () => {
  const long = "a".repeat(1 << 20);
  for (const name of names)
    for (const { message } of readAnnotations(ingress({ ...around(name), [name]: long }), world).findings)
      assert.ok(message.length < 1024, `${name}: ${message.length}`);
});
