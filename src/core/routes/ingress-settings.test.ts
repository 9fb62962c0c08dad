import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { canaryWish } from "./backend-wish.ts";
import { CertificateShelf } from "./certificate-shelf.ts";
import { defaultBackendSettings, defaultSettings } from "./default-settings.ts";
import type { IngressEntry } from "./entry.ts";
import { settleHost } from "./host-routes.ts";
import { servedClasses } from "./ingress-class.ts";
import { ingressEntry } from "./ingress-entry.ts";
import type { Canary, IngressSettings } from "./ingress-settings.ts";
import type { BackendSettings } from "./route-table.ts";
import {
  certificateSecret,
  findingLines,
  type IngressDraft,
  ingressOf,
  routeLine,
  TestWorld,
  testOptions,
} from "./specimens.ts";

type Asked = Partial<IngressSettings>;

function worldOf(): TestWorld {
  const world = new TestWorld();
  world.serve("web http=80:10.1.0.1");
  world.serve("api 80:10.1.0.2");
  world.serve("new 80:10.1.0.3");
  world.serve("sorry 8080:10.1.0.4");
  world.secrets.set("default/cert", certificateSecret("default/cert", "names: a.example, www.a.example"));
  return world;
}

const entryOf = (text: string, asked: Asked = {}, draft: IngressDraft = {}): IngressEntry => {
  const world = worldOf();
  const shelf = new CertificateShelf(testOptions);
  const classes = servedClasses([], testOptions.controllers);
  const certificate = (name: string) => shelf.read(name, world);
  return ingressEntry(ingressOf(text, draft), { ...defaultSettings, ...asked }, { world, classes, certificate });
};

/** What the Ingresses together make of their hosts. */
function settled(...entries: readonly IngressEntry[]) {
  const hosts = [...new Set(entries.flatMap((entry) => [...entry.hosts.keys()]))].toSorted();
  const all = hosts.map((host) => {
    const claimants = entries.flatMap((entry) => {
      const claim = entry.hosts.get(host);
      return claim === undefined ? [] : [{ entry, claim }];
    });
    return settleHost(host, claimants, false);
  });
  return {
    lines: all.flatMap(({ routes }) => routes.routes.map(routeLine)),
    ids: all.flatMap(({ routes }) => routes.routes.map(({ id }) => id)),
    findings: [
      ...entries.flatMap((entry) => entry.findings),
      ...all.flatMap(({ findings }) => [...findings.values()].flat()),
    ].map((finding) => `${finding.origin.name} ${findingLines([finding])[0]}`),
    backends: all.flatMap(({ backends }) => backends),
  };
}

suite("a canary", () => {
  const main = (asked: Asked = {}) => entryOf("main: a.example/=web:80", asked, { age: 5 });
  const canary = (asked: Partial<Canary>, name = "canary") =>
    entryOf(`${name}: a.example/=new:80`, { canary: { weight: 0, weightTotal: 100, ...asked } });
  const rows: readonly (readonly [string, Partial<Canary>, readonly string[]])[] = [
    ["that asks for nothing gets nothing", {}, ["a.example prefix / -> default/web:80"]],
    ["by weight", { weight: 20 }, ["a.example prefix / -> 80x default/web:80, 20x default/new:80"]],
    [
      "by a weight of more than all",
      { weight: 300, weightTotal: 200 },
      ["a.example prefix / -> 0x default/web:80, 200x default/new:80"],
    ],
    [
      "by header",
      { header: { name: "X-New" } },
      ["a.example prefix / [x-new is always] -> default/new:80", "a.example prefix / -> default/web:80"],
    ],
    [
      "by header and weight",
      { header: { name: "X-New" }, weight: 1 },
      [
        "a.example prefix / [x-new is always] -> default/new:80",
        "a.example prefix / [x-new is never] -> default/web:80",
        "a.example prefix / -> 99x default/web:80, 1x default/new:80",
      ],
    ],
    [
      "by a header's value",
      { header: { name: "X-New", value: "yes" }, weight: 1 },
      [
        "a.example prefix / [x-new is yes] -> default/new:80",
        "a.example prefix / -> 99x default/web:80, 1x default/new:80",
      ],
    ],
    [
      "by header, cookie and weight",
      { header: { name: "X-New" }, cookie: "new", weight: 50 },
      [
        "a.example prefix / [x-new is always] -> default/new:80",
        "a.example prefix / [x-new is never] -> default/web:80",
        "a.example prefix / [cookie new is always] -> default/new:80",
        "a.example prefix / [cookie new is never] -> default/web:80",
        "a.example prefix / -> 50x default/web:80, 50x default/new:80",
      ],
    ],
    [
      "by cookie alone",
      { cookie: "new" },
      ["a.example prefix / [cookie new is always] -> default/new:80", "a.example prefix / -> default/web:80"],
    ],
  ];
  for (const [name, asked, lines] of rows)
    test(name, () => assert.deepEqual(settled(canary(asked), main()).lines, lines));

  test("has rows of their own names", () => {
    assert.deepEqual(settled(canary({ header: { name: "x" }, weight: 1 }), main()).ids, [
      "default/main#spec.rules[0].http.paths[0]?canary=header",
      "default/main#spec.rules[0].http.paths[0]?main=header",
      "default/main#spec.rules[0].http.paths[0]",
    ]);
  });

  test("without a main route serves nobody, and is told", () => {
    const { lines, findings } = settled(canary({ weight: 50 }), entryOf("main: a.example/x=web:80"));
    assert.deepEqual(lines, ["a.example prefix /x -> default/web:80"]);
    assert.deepEqual(findings, ["default/canary refused CanaryWithoutMain spec.rules[0].http.paths[0]"]);
  });

  test("that is the second one of its route is told", () => {
    const { lines, findings } = settled(canary({ weight: 50 }, "z"), canary({ weight: 20 }, "y"), main());
    assert.deepEqual(lines, ["a.example prefix / -> 80x default/web:80, 20x default/new:80"]);
    assert.deepEqual(findings, ["default/z refused RouteTaken spec.rules[0].http.paths[0]"]);
  });

  test("is filtered and spoken to as its main", () => {
    const backend = { ...defaultBackendSettings, protocol: "h2c" } as const;
    const filters = { maxBodyBytes: 7 };
    const { lines, backends } = settled(canary({ header: { name: "x" } }), main({ backend, filters }));
    assert.deepEqual(lines, [
      "a.example prefix / [x is always] -> default/new:80~default/main",
      "a.example prefix / -> default/web:80~default/main",
    ]);
    assert.deepEqual(
      backends.map(({ id, settings }) => [id, settings]),
      [["default/new:80~default/main", backend]],
    );
  });

  test("without a Service leaves all to its main", () => {
    const broken = entryOf("canary: a.example/=none:80", { canary: { weight: 50, weightTotal: 100 } });
    const { lines, findings } = settled(broken, main());
    assert.deepEqual(lines, ["a.example prefix / -> default/web:80"]);
    assert.deepEqual(findings, ["default/canary refused NoSuchService spec.rules[0].http.paths[0].backend"]);
  });
});

suite("aliases and www", () => {
  const x = (asked: Asked) =>
    entryOf("x: a.example/=web:80 a.example/y=api:80", asked, { tls: [{ secretName: "cert" }] });

  test("an alias has all routes, and the certificate where that names it", () => {
    const entry = x({ aliases: ["www.a.example", "b.example"] });
    assert.deepEqual(settled(entry).lines, [
      "a.example prefix /y -> default/api:80",
      "a.example prefix / -> default/web:80",
      "b.example prefix /y -> default/api:80",
      "b.example prefix / -> default/web:80",
      "www.a.example prefix /y -> default/api:80",
      "www.a.example prefix / -> default/web:80",
    ]);
    assert.equal(new Set(settled(entry).ids).size, 6);
    assert.deepEqual(
      [...entry.tls].map(([host, { certificate }]) => `${host} ${certificate?.secret ?? "-"}`),
      ["a.example default/cert", "www.a.example default/cert", "b.example -"],
    );
  });

  test("a rule for the name comes first, even of a younger Ingress", () => {
    const { lines, findings } = settled(entryOf("y: b.example/z=api:80"), x({ aliases: ["b.example"] }));
    assert.deepEqual(
      lines.filter((line) => line.startsWith("b.")),
      ["b.example prefix /z -> default/api:80"],
    );
    assert.deepEqual(findings, [
      "default/x noted RouteTaken metadata.annotations[nginx.ingress.kubernetes.io/server-alias]",
    ]);
  });

  test("www is sent to the name without it, or the other way round", () => {
    assert.deepEqual(settled(x({ redirectsWww: true })).lines.at(-1), "www.a.example prefix / -> 308 host a.example");
    const www = entryOf("y: www.b.example/=web:80 *.b.example/=web:80 /=web:80", { redirectsWww: true });
    assert.deepEqual(settled(www).lines, [
      "* prefix / -> default/web:80",
      "*.b.example prefix / -> default/web:80",
      "b.example prefix / -> 308 host www.b.example",
      "www.b.example prefix / -> default/web:80",
    ]);
    const both = entryOf("y: www.b.example/=web:80 b.example/=web:80", { redirectsWww: true });
    assert.equal(settled(both).lines.length, 2);
  });
});

suite("other settings", () => {
  const rows: readonly (readonly [string, string, Asked, readonly string[]])[] = [
    [
      "the root of an application comes before the path /",
      "x: a.example/$=web:80 a.example/=web:80",
      { appRoot: "/app" },
      ["a.example exact / -> 302 path /app", "a.example prefix / -> default/web:80"],
    ],
    [
      "all is sent elsewhere, and no Service is asked for",
      "x: a.example/=none:80 *=none:80",
      { redirect: { status: 301, to: { kind: "location", location: "https://b.example/" } } },
      ["* prefix / -> 301 location https://b.example/", "a.example prefix / -> 301 location https://b.example/"],
    ],
    [
      "ImplementationSpecific is a pattern: behind exact paths, before prefixes",
      "x: a.example/=web:80 a.example/x(/|$)(.*)~=web:80 a.example/x/long~=api:80 a.example/xyz$=web:80",
      { usesPatterns: true },
      [
        "a.example exact /xyz -> default/web:80",
        "a.example pattern /x(/|$)(.*) -> default/web:80",
        "a.example pattern /x/long -> default/api:80",
        "a.example prefix / -> default/web:80",
      ],
    ],
    [
      "who may come in isn't known: nobody",
      "x: a.example/=web:80 *=web:80",
      { failsClosed: true, appRoot: "/app", redirect: { status: 301, to: { kind: "parts", path: "/" } } },
      ["* prefix / -> 503 AccessRuleUnreadable", "a.example prefix / -> 503 AccessRuleUnreadable"],
    ],
    [
      "a Service that isn't there is stood in for",
      "x: a.example/=none:80 a.example/x=web:80",
      { fallbackService: "default/sorry" },
      ["a.example prefix /x -> default/web:80~default/x", "a.example prefix / -> default/sorry:8080"],
    ],
    [
      "the Service's own address",
      "x: a.example/=web:80",
      { serviceUpstream: true },
      ["a.example prefix / -> default/web:80~default/x"],
    ],
  ];
  for (const [name, text, asked, lines] of rows)
    test(name, () => assert.deepEqual(settled(entryOf(text, asked)).lines, lines));

  test("a pattern that can't be read or takes too long spoils its path alone", () => {
    const { lines, findings } = settled(
      entryOf("x: a.example/(~=web:80 a.example/(a+)+b~=web:80 a.example/good~=web:80", { usesPatterns: true }),
    );
    assert.deepEqual(lines, ["a.example pattern /good -> default/web:80"]);
    assert.deepEqual(findings, [
      "default/x refused PatternInvalid spec.rules[0].http.paths[0].path",
      "default/x refused PatternInvalid spec.rules[1].http.paths[0].path",
    ]);
  });

  test("a path of type Prefix that looks like a pattern is none, and its author is told", () => {
    const { findings } = settled(entryOf("x: a.example/x(/|$)(.*)=web:80", { usesPatterns: true }));
    assert.deepEqual(findings, ["default/x noted PatternInvalid spec.rules[0].http.paths[0].path"]);
  });

  test("TLS is passed on to the backend of the path /, by name alone", () => {
    const passed = ({ passthroughs }: IngressEntry) => passthroughs.map(({ host, backend }) => `${host} ${backend}`);
    const entry = entryOf("x: a.example/x=api:80 a.example/=web:80 *.b.example/y=api:80 /=web:80", {
      tlsPassthrough: true,
    });
    assert.deepEqual(passed(entry), ["a.example default/web:80", "*.b.example default/api:80"]);
    assert.deepEqual(settled(entry).findings, [
      "default/x refused HostInvalid metadata.annotations[nginx.ingress.kubernetes.io/ssl-passthrough]",
    ]);
    assert.deepEqual(passed(entryOf("x: a.example/=web:80", { tlsPassthrough: true, failsClosed: true })), []);
  });

  test("who has pages for errors is a backend of its own", () => {
    const filters = { errorPages: { codes: [404], backend: "default/sorry:8080" } };
    const { backends, reads } = entryOf("x: a.example/=web:80", { filters });
    assert.deepEqual(
      backends.map(({ id }) => id),
      ["default/web:80", "default/sorry:8080"],
    );
    assert.ok(reads.some(({ kind, name }) => kind === "Service" && name === "default/sorry"));
  });

  test("a redirect to https stands where it is asked for", () => {
    const always = entryOf("x: a.example/=web:80", { httpsRedirect: { when: "always", status: 301 } });
    assert.deepEqual(settled(always).lines, ["a.example prefix / (301 to https) -> default/web:80"]);
  });
});

test("a canary's backend has the names of those that ask for something of their own", () => {
  const idOf = (canary: Partial<BackendSettings>, main: Partial<BackendSettings>) => {
    const [wish] = entryOf("x: a.example/=web:80", { backend: { ...defaultBackendSettings, ...canary } }).backends;
    assert.ok(wish !== undefined);
    return canaryWish(wish, { ...defaultBackendSettings, ...main }, { canary: "default/x", main: "default/m" }).id;
  };
  assert.equal(idOf({}, {}), "default/web:80");
  assert.equal(idOf({ connectRetries: 0 }, { balance: { kind: "random" } }), "default/web:80");
  assert.equal(idOf({}, { connectRetries: 0 }), "default/web:80~default/m");
  assert.equal(idOf({ balance: { kind: "random" } }, {}), "default/web:80~default/x~default/m");
});
