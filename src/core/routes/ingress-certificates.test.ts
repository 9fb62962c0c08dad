import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { IngressTLS } from "#api/networking/ingress/spec.ts";
import type { RouteTable } from "./route-table.ts";
import { bookOf, certificateSecret, findingLines, ingressOf, routeLines, TestWorld } from "./specimens.ts";

function worldOf(secrets: Readonly<Record<string, string>>): TestWorld {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  for (const [name, pem] of Object.entries(secrets)) world.secrets.set(name, certificateSecret(name, pem));
  return world;
}

/** `a.example: default/cert`, and `else: …`. */
const shownBy = ({ certificates: { byHost, fallback } }: RouteTable): readonly string[] => [
  ...[...byHost].map(([host, { secret }]) => `${host}: ${secret}`).toSorted(),
  ...(fallback === undefined ? [] : [`else: ${fallback.secret}`]),
];

interface Row {
  readonly name: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly rules?: string;
  readonly tls: readonly IngressTLS[];
  readonly shown: readonly string[];
  readonly findings?: readonly string[];
  /** Hosts whose plain requests are sent to https. */
  readonly redirected: readonly string[];
}

const named = (names: string) => ({ "default/cert": `names: ${names}` });
const rows: readonly Row[] = [
  {
    name: "a certificate for a host",
    secrets: named("a.example"),
    tls: [{ hosts: ["a.example"], secretName: "cert" }],
    shown: ["a.example: default/cert"],
    redirected: ["a.example"],
  },
  {
    name: "several, one of them for a wildcard",
    secrets: { ...named("a.example"), "default/wild": "names: *.example" },
    rules: "a.example/=web:80 b.example/=web:80 example/=web:80 x.b.example/=web:80",
    tls: [
      { hosts: ["a.example"], secretName: "cert" },
      { hosts: ["*.example"], secretName: "wild" },
    ],
    shown: ["*.example: default/wild", "a.example: default/cert"],
    redirected: ["a.example", "b.example"],
  },
  {
    name: "without hosts it is for those of the rules",
    secrets: named("*.example"),
    rules: "a.example/=web:80 b.example/=web:80",
    tls: [{ secretName: "cert" }],
    shown: ["a.example: default/cert", "b.example: default/cert"],
    redirected: ["a.example", "b.example"],
  },
  {
    name: "without hosts, of a rule without one, it is for all names",
    secrets: named("*.example"),
    rules: "/=web:80",
    tls: [{ secretName: "cert" }],
    shown: ["else: default/cert"],
    redirected: ["*"],
  },
  {
    name: "without a Secret the default certificate is shown",
    secrets: {},
    tls: [{ hosts: ["a.example"] }],
    shown: [],
    redirected: ["a.example"],
  },
  {
    name: "a Secret that isn't there",
    secrets: {},
    tls: [{ hosts: ["a.example"], secretName: "cert" }],
    shown: [],
    findings: ["refused CertificateMissing spec.tls[0].secretName"],
    redirected: ["a.example"],
  },
  {
    name: "a Secret of another namespace",
    secrets: { "other/cert": "names: a.example" },
    tls: [
      { hosts: ["a.example"], secretName: "other/cert" },
      { hosts: ["a.example"], secretName: "../other/cert" },
    ],
    shown: [],
    findings: [
      "refused CertificateMissing spec.tls[0].secretName",
      "refused CertificateMissing spec.tls[1].secretName",
    ],
    redirected: ["a.example"],
  },
  {
    name: "one that can't serve, and one of the same host that can",
    secrets: { "default/cert": "problem: the key is another certificate's", "default/good": "names: a.example" },
    tls: [
      { hosts: ["a.example"], secretName: "cert" },
      { hosts: ["a.example"], secretName: "good" },
    ],
    shown: ["a.example: default/good"],
    findings: ["refused CertificateInvalid spec.tls[0].secretName"],
    redirected: ["a.example"],
  },
  {
    name: "one that has ended",
    secrets: { "default/cert": "names: a.example; until 99" },
    tls: [{ hosts: ["a.example"], secretName: "cert" }],
    shown: [],
    findings: ["refused CertificateExpired spec.tls[0].secretName"],
    redirected: ["a.example"],
  },
  {
    name: "one of 1 MiB",
    secrets: { "default/cert": `names: a.example; ${"x".repeat(1024 * 1024)}` },
    tls: [{ hosts: ["a.example"], secretName: "cert" }],
    shown: [],
    findings: ["refused CertificateInvalid spec.tls[0].secretName"],
    redirected: ["a.example"],
  },
  {
    name: "one for another name is shown, and told about",
    secrets: named("b.example"),
    tls: [{ hosts: ["a.example"], secretName: "cert" }],
    shown: ["a.example: default/cert"],
    findings: ["noted CertificateNamesOther spec.tls[0].secretName"],
    redirected: ["a.example"],
  },
  {
    name: "a host that is none",
    secrets: named("a.example"),
    tls: [{ hosts: ["a.example", "a b", "10.0.0.1"], secretName: "cert" }],
    shown: ["a.example: default/cert"],
    findings: ["refused HostInvalid spec.tls[0].hosts[1]", "refused HostInvalid spec.tls[0].hosts[2]"],
    redirected: ["a.example"],
  },
];

for (const { name, secrets, rules = "a.example/=web:80", tls, shown, findings = [], redirected } of rows) {
  test(name, () => {
    const world = worldOf(secrets);
    world.add(ingressOf(`x: ${rules}`, { tls }));
    const book = bookOf(world);
    const { table } = book.take();
    assert.deepEqual(shownBy(table), shown);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), findings);
    assert.deepEqual(
      routeLines(table)
        .filter((line) => line.includes("(308 to https)"))
        .map((line) => line.split(" ")[0]),
      redirected,
    );
  });
}

test("a Secret of another type holds no certificate", () => {
  const world = worldOf(named("a.example"));
  const secret = world.secret("default/cert");
  assert.ok(secret !== undefined);
  world.secrets.set("default/cert", { ...secret, type: "Opaque" });
  world.add(ingressOf("x: a.example/=web:80", { tls: [{ secretName: "cert" }] }));
  const book = bookOf(world);
  assert.deepEqual(shownBy(book.take().table), []);
  assert.equal(
    book.findingsOf("default/x")[0]?.message,
    "spec.tls[0].secretName: Secret default/cert: its type is Opaque; a certificate is in one of type kubernetes.io/tls; the default certificate is shown",
  );
});

for (const [what, data] of [
  ["no entries", {}],
  ["no key", { "tls.crt": "eA==" }],
  ["no base64", { "tls.crt": "-----", "tls.key": "x" }],
  ["no PEM", { "tls.crt": "eA==", "tls.key": "eA==" }],
] as const)
  test(`a Secret with ${what} spoils no other host`, () => {
    const world = worldOf({ "default/good": "names: b.example", "default/cert": "" });
    const secret = world.secret("default/cert");
    assert.ok(secret !== undefined);
    world.secrets.set("default/cert", { ...secret, data });
    world.add(ingressOf("x: a.example/=web:80", { tls: [{ secretName: "cert" }] }));
    world.add(ingressOf("y: b.example/=web:80", { tls: [{ secretName: "good" }] }));
    const book = bookOf(world);
    assert.deepEqual(shownBy(book.take().table), ["b.example: default/good"]);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), ["refused CertificateInvalid spec.tls[0].secretName"]);
  });

test("what can't be a Secret's name is not asked for", () => {
  const world = worldOf({});
  const tls = ["../other/cert", "other/cert", "..", "", "a b", "__proto__"].map((secretName) => ({ secretName }));
  world.add(ingressOf("x: a.example/=web:80", { tls }));
  const book = bookOf(world);
  book.take();
  assert.deepEqual([...book.reads("Secret")], []);
});

suite("as time goes on", () => {
  test("a certificate comes, is renewed, ends, and goes", () => {
    let now = 0;
    const world = worldOf({});
    world.add(ingressOf("x: a.example/=web:80", { tls: [{ secretName: "cert" }] }));
    const book = bookOf(world, { now: () => now });
    const taken = (pem?: string) => {
      if (pem !== undefined) world.secrets.set("default/cert", certificateSecret("default/cert", pem));
      book.setSecret("default/cert", world);
      const { table, change } = book.take();
      return [
        table.certificates.byHost.get("a.example")?.chain.replace("-----BEGIN CERTIFICATE-----", ""),
        change.others,
      ];
    };
    book.take();
    assert.deepEqual(taken("names: a.example; until 10"), ["names: a.example; until 10", true]);
    assert.deepEqual(taken(), ["names: a.example; until 10", false]);
    assert.deepEqual(taken("names: a.example; until 20"), ["names: a.example; until 20", true]);
    now = 20;
    book.expireCertificates(world);
    const { table, change, ingresses } = book.take();
    assert.deepEqual([shownBy(table), change.others, [...ingresses]], [[], true, ["default/x"]]);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), ["refused CertificateExpired spec.tls[0].secretName"]);
    book.expireCertificates(world);
    assert.equal(book.take().ingresses.size, 0);
    assert.deepEqual(taken("names: a.example; until 30"), ["names: a.example; until 30", true]);
    world.secrets.clear();
    assert.deepEqual(taken(), [undefined, true]);
  });

  test("of two Ingresses that show certificates for one host the older one's is shown, and the younger is told", () => {
    const world = worldOf({ "default/cert": "names: a.example", "shop/cert": "names: a.example" });
    const tls = [{ hosts: ["a.example"], secretName: "cert" }];
    world.add(ingressOf("x: a.example/=web:80", { tls }), ingressOf("shop/old: a.example/x=web:80", { tls, age: 5 }));
    const book = bookOf(world);
    assert.deepEqual(shownBy(book.take().table), ["a.example: shop/cert"]);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), ["noted CertificateTaken spec.tls[0].secretName"]);
    world.secrets.delete("shop/cert");
    book.setSecret("shop/cert", world);
    assert.deepEqual(shownBy(book.take().table), ["a.example: default/cert"]);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), []);
  });

  test("a host is sent to https from when any Ingress has it answered by TLS", () => {
    const world = worldOf({});
    world.add(ingressOf("x: a.example/=web:80 a.example/.well-known/acme-challenge/x$=web:80"));
    const book = bookOf(world);
    assert.deepEqual(routeLines(book.take().table)[1], "a.example prefix / -> default/web:80");
    world.add(ingressOf("y: b.c/=web:80", { tls: [{ hosts: ["*.example"] }] }));
    book.setIngress("default/y", world);
    assert.deepEqual(routeLines(book.take().table).slice(0, 2), [
      "a.example exact /.well-known/acme-challenge/x -> default/web:80",
      "a.example prefix / (308 to https) -> default/web:80",
    ]);
    world.ingresses.delete("default/y");
    book.setIngress("default/y", world);
    assert.deepEqual(routeLines(book.take().table)[1], "a.example prefix / -> default/web:80");
  });
});
