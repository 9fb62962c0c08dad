import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Ingress } from "#api/networking/ingress.ts";
import { nameOf } from "./route-world.ts";
import {
  backendLines,
  bookOf,
  findingLines,
  ingressOf,
  routeLines,
  serviceOf,
  sliceOf,
  TestWorld,
} from "./specimens.ts";

/** `web` and `api` in default, `web` in other; every Service has one pod. */
function worldOf(...ingresses: readonly Ingress[]): TestWorld {
  const world = new TestWorld();
  world.serve("web 80:10.1.0.1");
  world.serve("api http=81:10.1.0.2");
  world.serve("other/web 80:10.1.0.3");
  world.add(...ingresses);
  return world;
}

interface Row {
  readonly name: string;
  /** As `ingressOf` reads them: the later one is the older. */
  readonly ingresses: readonly string[];
  readonly routes: readonly string[];
  /** Of all Ingresses. */
  readonly findings?: readonly string[];
}

const rows: readonly Row[] = [
  {
    name: "a prefix ends before its slash, an exact path doesn't",
    ingresses: ["x: a.example/x/=web:80 a.example/y/$=web:80"],
    routes: ["a.example exact /y/ -> default/web:80", "a.example prefix /x -> default/web:80"],
  },
  {
    name: "exact paths come first, then the longest prefix",
    ingresses: ["x: a.example/=web:80 a.example/aaa=api:81 a.example/aaa/bbb=web:80 a.example/aaa$=web:80"],
    routes: [
      "a.example exact /aaa -> default/web:80",
      "a.example prefix /aaa/bbb -> default/web:80",
      "a.example prefix /aaa -> default/api:81",
      "a.example prefix / -> default/web:80",
    ],
  },
  {
    name: "ImplementationSpecific is a prefix, and a path left out is all of them",
    ingresses: ["x: a.example/x~=web:80 b.example/=api:81"],
    routes: ["a.example prefix /x -> default/web:80", "b.example prefix / -> default/api:81"],
  },
  {
    name: "ports go by name or number",
    ingresses: ["x: a.example/1=api:81 a.example/2=api:http"],
    routes: ["a.example prefix /1 -> default/api:81", "a.example prefix /2 -> default/api:81"],
  },
  {
    name: "hosts are in lower case, wildcards and none too",
    ingresses: ["x: A.Example/=web:80 *.B.example/=web:80 /c=web:80"],
    routes: [
      "* prefix /c -> default/web:80",
      "*.b.example prefix / -> default/web:80",
      "a.example prefix / -> default/web:80",
    ],
  },
  {
    name: "the default backend is the last route of its Ingress' hosts, and of all others",
    ingresses: ["x: a.example/x=web:80 *=api:81"],
    routes: [
      "* prefix / -> default/api:81",
      "a.example prefix /x -> default/web:80",
      "a.example prefix / -> default/api:81",
    ],
  },
  {
    name: "a rule without paths has the default backend",
    ingresses: ["x: a.example *=api:81"],
    routes: ["* prefix / -> default/api:81", "a.example prefix / -> default/api:81"],
  },
  {
    name: "a default backend gives way to the path / of a younger Ingress",
    ingresses: ["y: a.example/=web:80", "x: a.example/x=web:80 *=api:81"],
    routes: [
      "* prefix / -> default/api:81",
      "a.example prefix /x -> default/web:80",
      "a.example prefix / -> default/web:80",
    ],
  },
  {
    name: "of two default backends the older Ingress' serves all other hosts, and an Ingress that has nothing else is told",
    ingresses: ["z: *=web:80", "y: a.example/x=web:80 *=web:80", "x: *=api:81"],
    routes: [
      "* prefix / -> default/api:81",
      "a.example prefix /x -> default/web:80",
      "a.example prefix / -> default/web:80",
    ],
    findings: ["default/z refused RouteTaken spec.defaultBackend"],
  },
  {
    name: "of the same host and path the oldest has it, in whatever namespace; the younger is told",
    ingresses: ["default/y: a.example/x=web:80 a.example/y=web:80", "other/x: a.example/x/=web:80"],
    routes: ["a.example prefix /x -> other/web:80", "a.example prefix /y -> default/web:80"],
    findings: ["default/y refused RouteTaken spec.rules[0].http.paths[0]"],
  },
  {
    name: "of one path twice in an Ingress the first counts",
    ingresses: ["x: a.example/x=web:80 a.example/x=api:81"],
    routes: ["a.example prefix /x -> default/web:80"],
    findings: ["default/x refused RouteTaken spec.rules[1].http.paths[0]"],
  },
  {
    name: "a missing Service or port gets 503, and the other paths are served",
    ingresses: ["x: a.example/1=nope:80 a.example/2=web:81 a.example/3=api:web a.example/4=web:80"],
    routes: [
      "a.example prefix /1 -> 503 NoSuchService",
      "a.example prefix /2 -> 503 UnusedPort",
      "a.example prefix /3 -> 503 UnusedPort",
      "a.example prefix /4 -> default/web:80",
    ],
    findings: [
      "default/x refused NoSuchService spec.rules[0].http.paths[0].backend",
      "default/x refused UnusedPort spec.rules[1].http.paths[0].backend",
      "default/x refused UnusedPort spec.rules[2].http.paths[0].backend",
    ],
  },
  {
    name: "a Service of another namespace can't be named",
    ingresses: ["x: a.example/=other/web:80"],
    routes: ["a.example prefix / -> 503 NoSuchService"],
    findings: ["default/x refused NoSuchService spec.rules[0].http.paths[0].backend"],
  },
  {
    name: "a path has the form that requests have, and a \\ or what leads above the root is none",
    ingresses: [
      "x: a.example/%7Eme/%c3%a9$=web:80 a.example/a//./b$=web:80 a.example/../x=web:80 a.example/a%2fb=web:80 a.example/é$=web:80",
    ],
    routes: [
      "a.example exact /~me/%C3%A9 -> default/web:80",
      "a.example exact /%C3%A9 -> default/web:80",
      "a.example exact /a/b -> default/web:80",
    ],
    findings: [
      "default/x refused PathInvalid spec.rules[2].http.paths[0].path",
      "default/x refused PathInvalid spec.rules[3].http.paths[0].path",
    ],
  },
  {
    name: "a path with directives is a text like others",
    ingresses: ['x: a.example/;}{#return="200=web:80 a.example/{"a";}=web:80'],
    routes: ['a.example prefix /{"a";} -> default/web:80'],
    findings: ["default/x refused PathInvalid spec.rules[0].http.paths[0].path"],
  },
  {
    name: "a host that is none spoils its rule alone",
    ingresses: [
      `x: *.*.example/=web:80 under_score.example/=web:80 ${"a.".repeat(127)}b/=web:80 a.example./=web:80 10.0.0.1/=web:80 a.example:80/=web:80 *.com/=web:80`,
    ],
    routes: ["*.com prefix / -> default/web:80"],
    findings: [0, 1, 2, 3, 4, 5].map((i) => `default/x refused HostInvalid spec.rules[${i}].host`),
  },
];

for (const { name, ingresses, routes, findings = [] } of rows) {
  test(name, () => {
    const world = worldOf(...ingresses.map((text, age) => ingressOf(text, { age })));
    const book = bookOf(world);
    const { table } = book.take();
    assert.deepEqual(routeLines(table), routes);
    const told = [...world.ingresses.keys()].flatMap((one) =>
      findingLines(book.findingsOf(one)).map((line) => `${one} ${line}`),
    );
    assert.deepEqual(told, findings);
  });
}

test("a path with a control character is refused, whichever", () => {
  for (let code = 0; code < 32; code++) {
    const world = worldOf(ingressOf("x: a.example/good=web:80 a.example/bad=web:80"));
    const ingress = world.ingress("default/x");
    assert.ok(ingress?.spec.rules !== undefined);
    const rules = structuredClone(ingress.spec.rules);
    const [, bad] = rules;
    const path = bad?.http?.paths[0];
    assert.ok(path !== undefined);
    Object.assign(path, { path: `/x${String.fromCharCode(code)}y` });
    world.add({ ...ingress, spec: { rules } });
    const book = bookOf(world);
    assert.deepEqual(routeLines(book.take().table), ["a.example prefix /good -> default/web:80"]);
    const [finding] = book.findingsOf("default/x");
    assert.equal(finding?.because, "PathInvalid");
    assert.match(finding.message, /^spec\.rules\[1\]\.http\.paths\[0\]\.path: "[\x20-\x7e]*" has a control character/);
  }
});

test("what the younger one is told names the object and the field that have the path", () => {
  const world = worldOf(ingressOf("y: a.example/x=web:80"), ingressOf("other/x: a.example/x=web:80", { age: 5 }));
  const book = bookOf(world);
  const { table } = book.take();
  assert.equal(
    book.findingsOf("default/y")[0]?.message,
    "spec.rules[0].http.paths[0]: a.example, prefix /x is served by the older Ingress other/x (spec.rules[0].http.paths[0])",
  );
  const host = table.routeSets.get("ingress")?.hosts.get("a.example");
  assert.deepEqual(
    host?.shadowed.map(({ route, by }) => [route.id, by]),
    [["default/y#spec.rules[0].http.paths[0]", "other/x#spec.rules[0].http.paths[0]"]],
  );
});

suite("a Service", () => {
  const x = ingressOf("x: a.example/=web:80");

  test("without ready pods is a backend with nobody in it, and why", () => {
    const world = worldOf(x);
    world.serve("web 80:10.1.0.1! 10.1.0.2!");
    const { table } = bookOf(world).take();
    assert.deepEqual(routeLines(table), ["a.example prefix / -> default/web:80"]);
    assert.deepEqual(backendLines(table), ["default/web:80 = ; 10.1.0.1:8080 NotReady; 10.1.0.2:8080 NotReady"]);
  });

  test("whose pods all end is sent to those that still serve, and in both families each once", () => {
    const world = worldOf(x);
    const service = serviceOf("web 80");
    const ends = { addresses: ["10.1.0.1"], conditions: { ready: false, serving: true, terminating: true } };
    const v4 = { ...sliceOf(service, []), endpoints: [ends, ends] };
    const v6 = { ...sliceOf(service, ["fd00::1!"]), addressType: "IPv6" as const };
    world.allSlices.set("default/web", [v4, v6, v4]);
    assert.deepEqual(backendLines(bookOf(world).take().table), [
      "default/web:80 = 10.1.0.1:8080; fd00::1:8080 NotReady",
    ]);
    world.allSlices.set("default/web", [v4, { ...v6, endpoints: [{ addresses: ["fd00::1"], conditions: {} }] }]);
    assert.deepEqual(backendLines(bookOf(world).take().table), [
      "default/web:80 = fd00::1:8080; 10.1.0.1:8080 TerminatingUnneeded",
    ]);
  });

  for (const externalName of ["127.0.0.1", "localhost", "169.254.169.254", "kubernetes.default.svc"])
    test(`of type ExternalName is refused: ${externalName}`, () => {
      const world = worldOf(x);
      const service = serviceOf("web 80", { type: "ExternalName", externalName });
      world.services.set(nameOf(service), service);
      const book = bookOf(world);
      const { table } = book.take();
      assert.deepEqual(routeLines(table), ["a.example prefix / -> 503 ExternalName"]);
      assert.deepEqual([...table.backends.keys()], []);
      assert.deepEqual(findingLines(book.findingsOf("default/x")), [
        "refused ExternalName spec.rules[0].http.paths[0].backend",
      ]);
    });

  test("that isn't named as a backend is refused, and gets 503", () => {
    const world = worldOf();
    const resource = { apiGroup: "storage.example", kind: "Bucket", name: "files" };
    const ingress = ingressOf("x: a.example/=web:80 *=web:80");
    world.add({ ...ingress, spec: { ...ingress.spec, defaultBackend: { resource } } });
    const book = bookOf(world);
    assert.deepEqual(routeLines(book.take().table), [
      "* prefix / -> 503 ResourceBackend",
      "a.example prefix / -> default/web:80",
    ]);
    assert.deepEqual(findingLines(book.findingsOf("default/x")), ["refused ResourceBackend spec.defaultBackend"]);
  });
});
