import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ingress } from "#api/networking/ingress.ts";
import { bookOf, certificateSecret, ingressOf, routeLines, serviceOf, TestWorld } from "./specimens.ts";

/** What is wrong with one Ingress, beside a path that is right; and why it is told so. */
interface Broken {
  readonly name: string;
  readonly ingress: (name: string) => Ingress;
  readonly because: string;
}

const good = (name: string): string => `${name}.example/good=web:80`;
const withPath = (name: string, path: string, pathType = "Prefix"): Ingress => {
  const ingress = ingressOf(`${name}: ${good(name)}`);
  const backend = { service: { name: "web", port: { number: 80 } } };
  const rule = { host: `${name}.example`, http: { paths: [{ path, pathType, backend }] } };
  return { ...ingress, spec: { rules: [...(ingress.spec.rules ?? []), rule] } };
};
const withTls = (secretName: string) => (name: string) =>
  ingressOf(`${name}: ${good(name)}`, { tls: [{ hosts: [`${name}.example`], secretName }] });
const asPattern = (pattern: string) => (name: string) => {
  const { metadata, ...rest } = withPath(name, pattern, "ImplementationSpecific");
  return { ...rest, metadata: { ...metadata, annotations: { "nginx.ingress.kubernetes.io/use-regex": "true" } } };
};
const kinds: readonly Broken[] = [
  { name: "a path with a line break", ingress: (name) => withPath(name, "/x\n}"), because: "PathInvalid" },
  { name: "a path with a NUL", ingress: (name) => withPath(name, "/x\0"), because: "PathInvalid" },
  { name: "a path above the root", ingress: (name) => withPath(name, "/../../etc/passwd"), because: "PathInvalid" },
  { name: "an escaped slash", ingress: (name) => withPath(name, "/a%2fb", "Exact"), because: "PathInvalid" },
  { name: "a path without its slash", ingress: (name) => withPath(name, "x"), because: "PathInvalid" },
  { name: "an endless path", ingress: (name) => withPath(name, `/${"x".repeat(100_000)}`), because: "PathInvalid" },
  { name: "half a character", ingress: (name) => withPath(name, "/\\\ud800"), because: "PathInvalid" },
  { name: "a pattern that is none", ingress: asPattern("/("), because: "PatternInvalid" },
  { name: "a pattern without an end", ingress: asPattern("/(a+)+$"), because: "PatternInvalid" },
  {
    name: "a host that is none",
    ingress: (name) => ingressOf(`${name}: ${good(name)} a_b!/=web:80`),
    because: "HostInvalid",
  },
  {
    name: "an address as host",
    ingress: (name) => ingressOf(`${name}: ${good(name)} 10.0.0.1/=web:80`),
    because: "HostInvalid",
  },
  {
    name: "no such Service",
    ingress: (name) => ingressOf(`${name}: ${good(name)} ${name}.example/=none:80`),
    because: "NoSuchService",
  },
  {
    name: "no such port",
    ingress: (name) => ingressOf(`${name}: ${good(name)} ${name}.example/=web:99`),
    because: "UnusedPort",
  },
  {
    name: "a name outside",
    ingress: (name) => ingressOf(`${name}: ${good(name)} ${name}.example/=out:80`),
    because: "ExternalName",
  },
  {
    name: "another's Service",
    ingress: (name) => ingressOf(`${name}: ${good(name)} ${name}.example/=other/web:80`),
    because: "NoSuchService",
  },
  {
    name: "another's host and path",
    ingress: (name) => ingressOf(`${name}: ${good(name)} good1.example/good=web:80`),
    because: "RouteTaken",
  },
  { name: "no such Secret", ingress: withTls("none"), because: "CertificateMissing" },
  { name: "another's Secret", ingress: withTls("../other/cert"), because: "CertificateMissing" },
  { name: "a certificate that has ended", ingress: withTls("ended"), because: "CertificateExpired" },
  { name: "a key of another certificate", ingress: withTls("mixed"), because: "CertificateInvalid" },
  { name: "a chain of 1 MiB", ingress: withTls("huge"), because: "CertificateInvalid" },
  { name: "prototypes", ingress: withTls("__proto__"), because: "CertificateMissing" },
];

test("1,000 good Ingresses are served beside 100 broken ones of every kind, each of which is told what is wrong, once", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.serve("other/web 80:10.1.0.2");
  world.services.set("default/out", serviceOf("out 80", { type: "ExternalName", externalName: "169.254.169.254" }));
  world.secrets.set("other/cert", certificateSecret("other/cert", "names: *.example"));
  world.secrets.set("default/ended", certificateSecret("ended", "names: *.example; until 1"));
  world.secrets.set("default/mixed", certificateSecret("mixed", "problem: the key is another certificate's"));
  world.secrets.set("default/huge", certificateSecret("huge", "x".repeat(1024 * 1024)));
  for (let i = 1; i <= 1000; i++) world.add(ingressOf(`good${i}: good${i}.example/good=web:80`, { age: 50 }));
  for (const [kind, { ingress }] of kinds.entries())
    for (let i = 0; i < 100; i++) world.add(ingress(`broken${kind}-${i}`));
  const book = bookOf(world);
  const { table } = book.take();
  const served = new Set(routeLines(table).map((line) => line.replace(" (308 to https)", "")));
  for (const name of world.ingresses.keys())
    assert.ok(served.has(`${name.split("/")[1]}.example prefix /good -> default/web:80`), name);
  for (const [kind, { name, because }] of kinds.entries())
    for (let i = 0; i < 100; i++) {
      const findings = book.findingsOf(`default/broken${kind}-${i}`);
      assert.deepEqual(
        findings.map((one) => one.because),
        [because],
        name,
      );
      assert.match(findings[0]?.message ?? "", /^[\x20-\x7e…]{20,600}$/, name);
    }
  for (let i = 1; i <= 1000; i++) assert.deepEqual(book.findingsOf(`default/good${i}`), []);
  assert.deepEqual([...table.backends.keys()], ["default/web:80"]);
});

test("10,000 rules and 64 KiB of names in one Ingress take less than two seconds", () => {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  const hosts = Array.from({ length: 3000 }, (_, i) => `host-number-${i}.example`);
  const rules = Array.from({ length: 10_000 }, (_, i) => `h${i % 500}.example/p${i}=web:80`);
  world.add(ingressOf(`x: ${rules.join(" ")}`, { tls: [{ hosts }] }));
  const begin = performance.now();
  const { table } = bookOf(world).take();
  assert.ok(performance.now() - begin < 2000);
  assert.equal(routeLines(table).length, 10_000);
});
